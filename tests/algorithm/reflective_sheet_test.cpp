// Images lit plane by plane, by a sheet and its reflection: against the formula, one convolution a plane.
#include <planapo/blur.hpp>
#include <planapo/reflective_sheet.hpp>

#include "direct_varying_blur.hpp"
#include "restoring.hpp"

namespace planapo::testing {

namespace {

/// Sheets as thin as a few voxels, so that a small image sees them change.
ReflectiveSheet thin_sheet(double angle_degrees = 45) {
    ReflectiveSheet sheet;
    sheet.fwhm_um = 0.8;
    sheet.angle_degrees = angle_degrees;
    sheet.voxel = {0.25, 0.2, 0.2};
    return sheet;
}

/// Plane by plane: the image times the light of that plane, blurred; of which only that plane is recorded.
Volume<float> plane_by_plane(View<const float> image, View<const float> psf, const ReflectiveSheet& sheet) {
    const Shape shape = image.shape();
    const VaryingPsf everywhere = VaryingPsf::of_grid({psf}, {1, 1, 1});
    Volume<float> recorded(shape);
    for (std::int64_t plane = 0; plane < shape.z; ++plane) {
        const Volume<float> light = illumination(sheet, shape, static_cast<double>(plane));
        const Volume<float> lit =
            volume_of(shape, [&](auto z, auto y, auto x) { return light.view()(z, 0, x) * image(z, y, x); });
        const Volume<float> blurred = direct_varying_blur(lit, everywhere, Boundary::zero);
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) recorded.view()(plane, y, x) = blurred.view()(plane, y, x);
    }
    return recorded;
}

class ReflectiveSheetBlur : public OnMachine {};
PLANAPO_ON_EVERY_MACHINE(ReflectiveSheetBlur);

TEST_P(ReflectiveSheetBlur, IsThePlaneByPlaneBlur) {
    const Shape shape{9, 5, 14};
    const Volume<float> image = random_volume(shape, 3);
    for (const double angle : {45., 31.})
        for (const Shape& extents : {Shape{7, 3, 3}, Shape{6, 3, 4}}) {
            SCOPED_TRACE(to_string(extents) + ", angle " + std::to_string(angle));
            const Volume<float> psf = gaussian_volume(extents, 2, 1, 1, 0.3);
            const ReflectiveSheet sheet = thin_sheet(angle);
            const VaryingPsf varying = reflective_sheet_psf(psf, sheet, shape);
            const Volume<float> original = plane_by_plane(image, psf, sheet);
            const Volume<float> result = blur(image, varying, Boundary::zero, device());
            // The light is right to 1e-4 of a sheet, and the PSF sums to 1: no voxel, all below 1, can be further off.
            EXPECT_LT(largest_difference(result, original), 1e-4);
            EXPECT_GT(peak_of(original), 0.5);
        }
}

TEST(ReflectiveSheet, LightsTheCrossingTwiceAndOnlyTheSheetsElsewhere) {
    ReflectiveSheet sheet = thin_sheet();
    sheet.voxel = {0.2, 0.2, 0.2};
    const Volume<float> light = illumination(sheet, {41, 1, 41}, 20);
    const auto at = [&](std::int64_t z, std::int64_t x) { return light.view()(z, 0, x); };
    EXPECT_FLOAT_EQ(at(20, 20), 2);             // the waists of both
    EXPECT_NEAR(at(22, 28), at(18, 12), 1e-6);  // point symmetry about the crossing
    EXPECT_NEAR(at(20, 32), at(32, 20), 1e-6);  // one along x, one along z
    // By hand, 4 um along: zR = 2.972 um, so (w / w0)^2 = 2.811; and there, 0.4 um off: exp(-2 0.16 / (0.4616 2.811)).
    EXPECT_NEAR(at(20, 40), 1 / 2.811, 1e-4);
    EXPECT_NEAR(at(22, 40), 0.7815 / 2.811, 1e-4);
    EXPECT_LT(at(35, 5), 1e-6f);
    const Volume<float> next = illumination(sheet, {41, 1, 41}, 21);  // the stage moves along the coverslip
    EXPECT_NEAR(next.view()(21, 0, 21), 2, 1e-6);
}

TEST(ReflectiveSheet, TakesFarFewerModesThanPlanes) {
    ReflectiveSheet sheet;  // of Guo et al.: 1.6 um, 45 degrees, voxels of 0.1625 um
    const Volume<float> psf = gaussian_volume({41, 3, 3}, 8, 1, 1);
    const std::size_t modes = reflective_sheet_psf(psf, sheet, {60, 1, 60}).modes().size();
    RecordProperty("modes", static_cast<int>(modes));
    EXPECT_LE(modes, 20u);  // 41 would be exact
    EXPECT_LT(reflective_sheet_psf(psf, sheet, {60, 1, 60}, 1e-2).modes().size(), modes);
}

TEST(ReflectiveSheet, RefusesWhatCannotBe) {
    const Volume<float> psf = gaussian_volume({3, 3, 3}, 1, 1, 1);
    for (const double angle : {0., 90., std::nan("")})
        EXPECT_THROW(reflective_sheet_psf(psf, thin_sheet(angle), {4, 4, 4}), InvalidArgument);
    ReflectiveSheet sheet = thin_sheet();
    sheet.fwhm_um = 0;
    EXPECT_THROW(illumination(sheet, {4, 4, 4}, 0), InvalidArgument);
    EXPECT_THROW(reflective_sheet_psf(psf, thin_sheet(), {4, 4, 4}, 0), InvalidArgument);
    EXPECT_THROW(reflective_sheet_psf(psf, thin_sheet(), {0, 4, 4}), InvalidArgument);
}

}  // namespace

}  // namespace planapo::testing
