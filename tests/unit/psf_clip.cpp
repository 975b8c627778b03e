// Clipping without adding light, against bisection for the level.
#include <gtest/gtest.h>

#include "psf/clip.hpp"
#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

/// The level at which the clipped sum is the original sum: found by halving an interval.
double level_by_bisection(View<const float> psf, double sum) {
    double low = 0, high = 1e3;
    for (int round = 0; round < 100; ++round) {
        const double middle = (low + high) / 2;
        double clipped = 0;
        for (std::int64_t z = 0; z < psf.shape().z; ++z)
            for (std::int64_t y = 0; y < psf.shape().y; ++y)
                for (std::int64_t x = 0; x < psf.shape().x; ++x) clipped += std::max(psf(z, y, x) - middle, 0.0);
        (clipped > sum ? low : high) = middle;
    }
    return low;
}

TEST(PsfClip, KeepsTheSumAndLeavesNothingNegative) {
    Volume<float> psf = image_of({{9, 10, 11}, {4, 5, 5}, {3, 3, 3}, 1000, 0, 1});
    const Moments before = moments(psf);
    ASSERT_LT(before.least, 0);
    const double level = level_by_bisection(psf, before.sum);
    Volume<float> expected = image_of({{9, 10, 11}, {4, 5, 5}, {3, 3, 3}, 1000, 0, 1});
    for (std::int64_t i = 0; i < 990; ++i)
        expected.data()[i] = static_cast<float>(std::max(expected.data()[i] - level, 0.0));

    const Clipped clipped = clip_keeping_sum(psf);
    EXPECT_LT(largest_difference(psf, expected), 1e-5 * before.most);  // float voxels
    EXPECT_NEAR(clipped.level, level / before.most, 1e-6);
    EXPECT_GT(clipped.negative_share, 0);
    EXPECT_NEAR(moments(psf).sum, before.sum, 1e-5 * before.sum);
    EXPECT_GE(moments(psf).least, 0);
}

TEST(PsfClip, IsNearerToTheTruthThanClippingAlone) {
    const Bead bead{{25, 25, 25}, {12, 12, 12}, {3, 3, 3}, 10000, 0, 1};
    Bead quiet = bead;
    quiet.noise_sd = 0;
    const Volume<float> truth = image_of(quiet);
    Volume<float> projected = image_of(bead), cut = image_of(bead);
    clip_keeping_sum(projected);
    for (std::int64_t i = 0; i < 25 * 25 * 25; ++i) cut.data()[i] = std::max(cut.data()[i], 0.f);
    const auto squared_distance = [&](const Volume<float>& psf) {
        double sum = 0;
        for (std::int64_t i = 0; i < 25 * 25 * 25; ++i) sum += std::pow(psf.data()[i] - truth.data()[i], 2);
        return sum;
    };
    EXPECT_LT(squared_distance(projected), 0.5 * squared_distance(cut));
}

TEST(PsfClip, LeavesAPsfAloneThatIsNowhereNegative) {
    Volume<float> psf = image_of({{5, 5, 5}, {2, 2, 2}, {2, 2, 2}});
    const Volume<float> before = image_of({{5, 5, 5}, {2, 2, 2}, {2, 2, 2}});
    const Clipped clipped = clip_keeping_sum(psf);
    EXPECT_LT(largest_difference(psf, before),
              1e-8);  // the level is a sum of rounded voxels: nearly, not exactly, zero
    EXPECT_EQ(clipped.negative_share, 0);
}

}  // namespace
}  // namespace planapo::test
