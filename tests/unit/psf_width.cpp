// FWHM on lines whose crossings can be worked out by hand, and on Gaussians.
#include <gtest/gtest.h>

#include <planapo/error.hpp>

#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

double width_of_row(const std::vector<float>& row) {
    return fwhm_px(volume_of({1, 1, static_cast<std::int64_t>(row.size())}, row))[2];
}

TEST(PsfWidth, InterpolatesBothCrossings) {
    EXPECT_DOUBLE_EQ(width_of_row({0, 1, 2, 3, 4, 3, 2, 1, 0}), 4);      // half maxima on voxels
    EXPECT_DOUBLE_EQ(width_of_row({0, 1, 4, 3, 0}), 2.0 / 3 + 4.0 / 3);  // between them, on either side differently
    EXPECT_DOUBLE_EQ(width_of_row({0, 0, 8, 0, 0}), 1);
}

TEST(PsfWidth, TakesTheCrossingsNextToThePeak) {
    EXPECT_DOUBLE_EQ(width_of_row({3, 0, 4, 0, 3}), 1);  // side lobes above the half maximum do not count
}

TEST(PsfWidth, OutsideTheWindowThePsfIsZero) {
    EXPECT_DOUBLE_EQ(width_of_row({4, 2, 0}), 0.5 + 1);        // peak at the border
    EXPECT_DOUBLE_EQ(width_of_row({3, 4, 3}), 2 * (4.0 / 3));  // never below the half maximum inside
    EXPECT_DOUBLE_EQ(width_of_row({7}), 1);
}

TEST(PsfWidth, MeasuresEachAxisOnTheLineThroughThePeak) {
    const Volume<float> bead = image_of({{41, 43, 45}, {20, 21, 22}, {9, 7, 5}});
    const Triple width = fwhm_px(bead);
    // The voxels integrate: variances add 1/12. Linear interpolation of the crossings then errs by 0.7 % at 5 px.
    const Triple expected{std::sqrt(81 + fwhm_per_sd * fwhm_per_sd / 12),
                          std::sqrt(49 + fwhm_per_sd * fwhm_per_sd / 12),
                          std::sqrt(25 + fwhm_per_sd * fwhm_per_sd / 12)};
    for (int axis = 0; axis < 3; ++axis) EXPECT_NEAR(width[axis], expected[axis], 0.01 * expected[axis]) << axis;
}

TEST(PsfWidth, ReadsThroughStrides) {
    Volume<float> grid(Shape{5, 6, 7});
    std::fill_n(grid.data(), 5 * 6 * 7, 1e9f);  // brighter than the PSF: reading outside the corner shows
    const Volume<float> bead = image_of({{3, 4, 5}, {1, 2, 2}, {2, 2, 3}});
    const View<float> corner = grid.view().corner({3, 4, 5});
    for (std::int64_t z = 0; z < 3; ++z)
        for (std::int64_t y = 0; y < 4; ++y) std::copy_n(bead.view().row(z, y), 5, corner.row(z, y));
    EXPECT_EQ(fwhm_px(corner), fwhm_px(bead));
}

TEST(PsfWidth, NeedsAPositiveVoxel) {
    EXPECT_THROW(fwhm_px({}), InvalidArgument);
    EXPECT_THROW(fwhm_px(volume_of({1, 1, 3}, {0, 0, 0})), InvalidArgument);
    EXPECT_THROW(fwhm_px(volume_of({1, 1, 3}, {-1, -2, -3})), InvalidArgument);
}

}  // namespace
}  // namespace planapo::test
