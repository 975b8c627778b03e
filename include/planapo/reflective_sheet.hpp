// A light sheet and its reflection by the coverslip: one plane of an image is lit by both, and each plane differently.
#pragma once

#include <array>
#include <optional>

#include <planapo/export.hpp>
#include <planapo/varying_psf.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// The geometry of a light-sheet microscope over a reflective coverslip, seen from its detection objective (Guo et al.
/// 2020, doi:10.1038/s41587-020-0560-x). The sheet that lights plane z lies in that plane and propagates along x. It
/// crosses its own reflection, which leaves at twice the angle between sheet and coverslip, towards z. The stage moves
/// along the coverslip: from plane to plane, the crossing moves along z and, by the cotangent of the angle, along x.
struct ReflectiveSheet {
    double fwhm_um = 1.6;          ///< of the sheet at its waist, which lies at the crossing; > 0
    double wavelength_um = 0.488;  ///< of the light, in the medium; > 0
    double angle_degrees = 45;     ///< between sheet and coverslip; in (0, 90)
    VoxelSize voxel = {0.1625, 0.1625, 0.1625};
    /// A place (z, x), in voxels, through which the crossing moves; empty: the middle of the image.
    std::optional<std::array<double, 2>> crossing_px = {};
};

/// How brightly the voxels (z, x) of a section are lit while plane `plane` of an image is recorded; alike for all y.
/// 1: the waist of one sheet. Gaussian sheets: with w0 = FWHM / sqrt(2 ln 2), zR = pi w0^2 / wavelength and w = w0
/// sqrt(1 + (along / zR)^2), the light at a distance from the sheet is (w0 / w)^2 exp(-2 distance^2 / w^2). Shape: that
/// of the image, with one row in y. Throws `InvalidArgument` for values out of range.
PLANAPO_API Volume<float> illumination(const ReflectiveSheet& sheet, Shape image, double plane);

/// How images are blurred that are lit plane by plane: the light of a voxel reaches plane z as the detection PSF has
/// it, times the brightness with which it is lit while that plane is recorded. `detection_psf` is normalised to sum 1.
/// As few modes as reproduce the brightness to `tolerance`, relative to the waist of one sheet; in (0, 1). Throws
/// `InvalidArgument` for values out of range and for a PSF that is not finite or does not sum to more than 0.
PLANAPO_API VaryingPsf reflective_sheet_psf(View<const float> detection_psf, const ReflectiveSheet& sheet, Shape image,
                                            double tolerance = 1e-4);

}  // namespace planapo
