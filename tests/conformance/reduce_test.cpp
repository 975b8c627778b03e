// reduce: one look at every voxel.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"

namespace planapo::testing {

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

class Reduce : public OnMachine {
protected:
    Survey survey(View<const float> image, float background) {
        DeviceGrid grid(image, device());
        return device().backend().survey(grid.view(), background, {});
    }
    void check_survey(Shape shape);
};
PLANAPO_ON_EVERY_MACHINE(Reduce);

/// Voxel after voxel, in double precision.
Survey original(View<const float> image, double background) {
    Survey all{0, -1, 0, 0, 0, infinity, -infinity};
    std::int64_t index = 0;
    for_each_voxel(image.shape(), [&](auto z, auto y, auto x) {
        const float voxel = image(z, y, x);
        if (!std::isfinite(voxel)) {
            if (all.non_finite++ == 0) all.first_non_finite = index;
        } else {
            all.negative += voxel < 0;
            all.recorded += std::max<double>(voxel, 0);
            all.positive_sum += std::max(voxel - background, 0.);
            all.minimum = std::min(all.minimum, voxel);
            all.maximum = std::max(all.maximum, voxel);
        }
        ++index;
    });
    return all;
}

void expect_near(const Survey& found, const Survey& expected) {
    EXPECT_EQ(found.non_finite, expected.non_finite);
    EXPECT_EQ(found.first_non_finite, expected.first_non_finite);
    EXPECT_EQ(found.negative, expected.negative);
    EXPECT_NEAR(found.recorded, expected.recorded, 1e-13 * expected.recorded);  // a thousand roundings of a double
    // One rounding of a float per voxel, when the background is taken off.
    const double rounding = std::numeric_limits<float>::epsilon() / 2;
    EXPECT_NEAR(found.positive_sum, expected.positive_sum, rounding * expected.positive_sum);
    EXPECT_EQ(found.minimum, expected.minimum);
    EXPECT_EQ(found.maximum, expected.maximum);
}

void Reduce::check_survey(Shape shape) {
    const Volume<float> image = random_volume(shape, 3, -1.f, 3.f);
    expect_near(survey(image, 0.3f), original(image, 0.3f));
}

TEST_P(Reduce, SurveyLooksAtEveryVoxel) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_survey(shape); });
}

TEST_P(Reduce, SurveyCountsAndFindsWhatIsNotFinite) {
    const Shape shape{3, 9, 35};
    const std::int64_t last = shape.voxels() - 1;
    for (const std::vector<std::int64_t>& where :
         {std::vector<std::int64_t>{0}, {last}, {35 * 8 + 34, 35 * 9}, {500, 17, 400}, {last, 0, 33, 34, 35}}) {
        Volume<float> image = random_volume(shape, 4, 1.f, 2.f);
        for (std::size_t i = 0; i < where.size(); ++i)
            image.data()[where[i]] = std::vector<float>{nan, infinity, -infinity}[i % 3];

        const Survey expected = original(image, 0.5f);

        EXPECT_EQ(expected.non_finite, static_cast<std::int64_t>(where.size()));
        expect_near(survey(image, 0.5f), expected);
    }
}

TEST_P(Reduce, SurveyOfNothingButNaN) {
    const Survey found = survey(nan_volume({2, 3, 5}), 0.f);
    EXPECT_EQ(found.non_finite, 30);
    EXPECT_EQ(found.first_non_finite, 0);
    EXPECT_EQ(found.negative, 0);
    EXPECT_EQ(found.recorded, 0);
    EXPECT_EQ(found.positive_sum, 0);
}

TEST_P(Reduce, SurveyOfExtremes) {
    const float largest = std::numeric_limits<float>::max(), denormal = std::numeric_limits<float>::denorm_min();
    for (const auto& [low, high] :
         {std::pair{-largest, largest}, {-denormal, denormal}, {denormal, 1.f}, {-2.f, -1.f}}) {
        const Volume<float> image =
            volume_of({1, 2, 40}, [&](auto, auto y, auto x) { return (x + y) % 2 == 0 ? low : high; });
        expect_near(survey(image, 0.f), original(image, 0.f));
    }
}

TEST_P(Reduce, SurveyHasTheSameBitsTwice) {
    const Volume<float> image = random_volume({7, 19, 37}, 5, -1.f, 1e6f);
    std::vector<Survey> found;
    for_each_size({{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, [&](Shape) { found.push_back(survey(image, 10.f)); });
    for (const Survey& other : found) {
        EXPECT_EQ(std::memcmp(&found[0].recorded, &other.recorded, sizeof(double)), 0);
        EXPECT_EQ(std::memcmp(&found[0].positive_sum, &other.positive_sum, sizeof(double)), 0);
    }
}

TEST_P(Reduce, PartialSumsArePositiveAndFew) {
    for_each_size(quick_sizes(), [&](Shape shape) {
        EXPECT_GE(device().backend().partial_sums(shape), 1);
        EXPECT_LE(device().backend().partial_sums(shape), shape.voxels());
    });
}

TEST_P(Reduce, SoakOfLargerSizes) {
    for_each_size(soak_sizes(), [&](Shape shape) { check_survey(shape); });
}

}  // namespace

}  // namespace planapo::testing
