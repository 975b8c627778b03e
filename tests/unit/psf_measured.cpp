// A real bead from a lattice light-sheet microscope: off centre, on an uneven background, with a defective rim.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include <planapo/io.hpp>

#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

TEST(MeasuredPsf, LatticeLightSheetBeadIsReadyForItsImage) {
    const char* folder = std::getenv("PLANAPO_TEST_DATA");
    if (folder == nullptr) GTEST_SKIP() << "PLANAPO_TEST_DATA does not name the folder of real data";
    const std::filesystem::path path = std::filesystem::path(folder) / "deconvolution" / "lattice_lightsheet_psf.tif";
    const VoxelSize bead_voxel{0.1, 0.1, 0.1}, image_voxel{0.157, 0.1, 0.1};
    const PreparedPsf made = prepare_psf(read_volume(path), bead_voxel, image_voxel);
    const PsfReport& report = made.report;

    // The peak that a person finds is (30, 71, 64); the median of all voxels is 142, that of the defective rim 147.
    const Triple peak{30, 71, 64};
    for (int axis = 0; axis < 3; ++axis) EXPECT_NEAR(report.origin_px[axis], peak[axis], 0.5);
    EXPECT_NEAR(report.background, 142, 1.5);
    EXPECT_GT(report.signal_to_noise, 500);
    EXPECT_TRUE(report.warnings.empty()) << report.warnings.front();
    EXPECT_TRUE(look_at(made.psf).warnings.empty()) << look_at(made.psf).warnings.front();

    // Widths stay, in micrometres: 3 % is what a line between the voxels differs from one through them.
    EXPECT_NEAR(report.fwhm_before.z_um, 0.69, 0.01);
    EXPECT_NEAR(report.fwhm_before.x_um, 0.31, 0.01);
    EXPECT_NEAR(report.fwhm_after.z_um, report.fwhm_before.z_um, 0.03 * report.fwhm_before.z_um);
    EXPECT_NEAR(report.fwhm_after.y_um, report.fwhm_before.y_um, 0.03 * report.fwhm_before.y_um);
    EXPECT_NEAR(report.fwhm_after.x_um, report.fwhm_before.x_um, 0.03 * report.fwhm_before.x_um);

    // Measured again, on the image's voxels, the peak lies at the origin.
    const PsfReport again = prepare_psf(made.psf, image_voxel, image_voxel).report;
    for (int axis = 0; axis < 3; ++axis) EXPECT_NEAR(again.shift_px[axis], 0, 0.05) << axis;
}

}  // namespace
}  // namespace planapo::test
