// Resampling against the pixel-integrated truth on the new voxels.
#include <gtest/gtest.h>

#include <cmath>

#include <planapo/error.hpp>

#include "psf/resample.hpp"
#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

/// What the same Gaussian looks like, recorded on the new grid in the first place.
Volume<float> truth(const Triple& fwhm_px, const Triple& ratio, const Index3& reach) {
    const Shape shape{2 * reach[0] + 1, 2 * reach[1] + 1, 2 * reach[2] + 1};
    const Triple centre{static_cast<double>(reach[0]), static_cast<double>(reach[1]), static_cast<double>(reach[2])};
    return image_of({shape, centre, {fwhm_px[0] / ratio[0], fwhm_px[1] / ratio[1], fwhm_px[2] / ratio[2]}});
}

void expect_truth(const Triple& fwhm_px, const Triple& ratio, const Index3& reach, double tolerance) {
    const Triple origin{20.37, 19.5, 21.81};
    const Volume<float> bead = image_of({{41, 42, 43}, origin, fwhm_px});
    const Volume<float> expected = truth(fwhm_px, ratio, reach);
    const double peak = moments(expected).most;
    EXPECT_LT(largest_difference(resample(bead, origin, ratio, reach), expected), tolerance * peak)
        << "FWHM " << fwhm_px[0] << " ratio " << ratio[0];
}

// Tolerances: a cubic spline errs by h^4 of the running sum, so the wider the better.
TEST(PsfResample, CoarserVoxelsIntegrate) {
    expect_truth({7, 6, 5}, {1.57, 1, 1}, {8, 12, 12}, 2e-3);
    expect_truth({7, 6, 5}, {1.57, 2, 1.3}, {8, 6, 9}, 2e-3);
    expect_truth({4, 4, 4}, {1.57, 1.57, 1.57}, {6, 6, 6}, 5e-3);
}

TEST(PsfResample, FinerVoxelsInterpolate) {
    expect_truth({7, 6, 5}, {0.5, 0.5, 0.5}, {20, 20, 20}, 4e-3);
    expect_truth({4, 4, 4}, {0.7, 0.7, 0.7}, {12, 12, 12}, 1e-2);
}

TEST(PsfResample, ShiftsBySubPixels) {
    expect_truth({7, 6, 5}, {1, 1, 1}, {12, 12, 12}, 2e-3);
    expect_truth({3, 3, 3}, {1, 1, 1}, {8, 8, 8}, 2e-2);
}

TEST(PsfResample, WholeVoxelsAreCopied) {
    const Volume<float> bead = image_of({{9, 10, 11}, {4, 5, 5}, {3, 2, 2}, 1, 0.1, 0.05});
    const Volume<float> same = resample(bead, {4, 5, 5}, {1, 1, 1}, {4, 4, 5});
    for (std::int64_t z = 0; z < 9; ++z)
        for (std::int64_t y = 0; y < 9; ++y)
            for (std::int64_t x = 0; x < 11; ++x) EXPECT_NEAR(same.view()(z, y, x), bead.view()(z, y + 1, x), 1e-6);
}

TEST(PsfResample, KeepsTheSumOfAnything) {
    const Volume<float> noise = image_of({{11, 12, 13}, {5, 6, 6}, {3, 3, 3}, 1, 1, 1});
    const double sum = moments(noise).sum;
    // Grids larger than the window, finer and coarser. 1e-5: float voxels.
    EXPECT_NEAR(moments(resample(noise, {5.3, 5.5, 6.1}, {0.6, 0.8, 0.9}, {12, 10, 9})).sum, sum, 1e-5 * sum);
    EXPECT_NEAR(moments(resample(noise, {5.3, 5.5, 6.1}, {1.7, 2.5, 4}, {5, 4, 3})).sum, sum, 1e-5 * sum);
}

TEST(PsfResample, OneAndTwoVoxelAxes) {
    const Volume<float> plane = image_of({{1, 2, 31}, {0, 0.5, 15}, {1, 2, 6}});
    const Volume<float> out = resample(plane, {0, 0.5, 15}, {3, 1, 1}, {0, 1, 15});
    EXPECT_EQ(out.shape(), (Shape{1, 3, 31}));
    EXPECT_NEAR(moments(out).sum, moments(plane).sum, 1e-6);
    EXPECT_NEAR(out.view()(0, 0, 15), out.view()(0, 2, 15), 1e-7);  // two equal voxels around the origin
}

TEST(PsfResample, PublicOneKeepsAllButTheVoxels) {
    // Noise on a background below zero, none of which counts as light: nothing of it may be cropped or clipped.
    const Volume<float> noisy = image_of({{41, 40, 41}, {20, 20, 20}, {4, 3, 3}, 1, -0.01, 0.02});
    const VoxelSize voxel{0.1, 0.1, 0.1};
    const Volume<float> nearly = resample_psf(noisy, voxel, {0.1002, 0.1002, 0.1002});
    EXPECT_EQ(nearly.shape(), (Shape{41, 41, 41}));
    EXPECT_LT(moments(nearly).least, 0);
    const double sum = moments(noisy).sum, most = moments(noisy).most;
    // 1e-5: float voxels. 0.05: a change of 0.2 % moves the outermost voxels by 0.04 px, the innermost by none.
    EXPECT_NEAR(moments(nearly).sum, sum, 1e-5 * std::abs(sum));
    EXPECT_NEAR(nearly.view()(20, 20, 20), noisy.view()(20, 20, 20), 0.05 * most);
}

TEST(PsfResample, PublicOneTakesAnyPsf) {
    const Volume<float> flat = volume_of({1, 3, 3}, std::vector<float>(9, 1));
    const Volume<float> finer = resample_psf(flat, {5, 1, 1}, {1, 0.5, 0.5});
    EXPECT_EQ(finer.shape(), (Shape{1, 7, 7}));
    EXPECT_NEAR(moments(finer).sum, 9, 1e-5);
    EXPECT_NEAR(finer.view()(0, 3, 3), 0.25, 1e-6);

    EXPECT_THROW(resample_psf({}, {1, 1, 1}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(resample_psf(volume_of({1, 1, 2}, {1, NAN}), {1, 1, 1}, {1, 1, 2}), InvalidArgument);
    EXPECT_THROW(resample_psf(flat, {1, 1, 1}, {1, 1, 0}), InvalidArgument);
    EXPECT_THROW(resample_psf(flat, {1, 1, 1}, {1, 1, 1000}), InvalidArgument);
}

}  // namespace
}  // namespace planapo::test
