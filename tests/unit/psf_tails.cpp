// Smoothing and fading of tails: noise goes, the core stays.
#include <gtest/gtest.h>

#include "psf/tails.hpp"
#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

TEST(PsfTails, NoiseAloneIsAveraged) {
    const Volume<float> noise = image_of({{30, 30, 30}, {15, 15, 15}, {3, 3, 3}, 0, 0, 10});
    const Volume<float> smooth = smooth_tails(noise, 10);
    double squares = 0;
    for (std::int64_t i = 0; i < noise.shape().voxels(); ++i) squares += std::pow(smooth.data()[i], 2);
    // 125 voxels bring 10 down to 0.89; at the borders fewer are averaged.
    EXPECT_LT(std::sqrt(squares / static_cast<double>(noise.shape().voxels())), 1.3);
}

TEST(PsfTails, TheCoreStays) {
    const Bead bead{{25, 25, 25}, {12.3, 12, 11.8}, {3, 3, 3}, 100000, 0, 10};
    const Volume<float> noisy = image_of(bead), smooth = smooth_tails(noisy, 10);
    const double peak = moments(noisy).most;
    for (std::int64_t i = -2; i <= 2; ++i)
        EXPECT_NEAR(smooth.view()(12, 12, 12 + i), noisy.view()(12, 12, 12 + i), 1e-4 * peak) << i;
}

TEST(PsfTails, WithoutNoiseNothingChanges) {
    const Volume<float> bead = image_of({{9, 10, 11}, {4, 5, 5}, {3, 3, 3}});
    EXPECT_EQ(largest_difference(smooth_tails(bead, 0), bead), 0);
    Volume<float> zeros(Shape{4, 4, 4});
    std::fill_n(zeros.data(), 64, 0.f);
    EXPECT_EQ(largest_difference(smooth_tails(zeros, 0), zeros), 0);
}

TEST(PsfTails, FadeFromOneToZero) {
    Volume<float> ones(Shape{1, 1, 15});
    std::fill_n(ones.data(), 15, 1.f);
    fade_out(ones, {0, 0, 7}, {0, 0, 3}, {0, 0, 3});
    const View<const float> line = ones.view();
    for (std::int64_t x = 4; x <= 10; ++x) EXPECT_EQ(line(0, 0, x), 1);
    EXPECT_NEAR(line(0, 0, 12), 0.5, 1e-6);  // half way between the last untouched voxel and the first that is zero
    EXPECT_NEAR(line(0, 0, 14), 0, 1e-6);
    for (std::int64_t x = 0; x < 7; ++x) EXPECT_EQ(line(0, 0, x), line(0, 0, 14 - x));
}

}  // namespace
}  // namespace planapo::test
