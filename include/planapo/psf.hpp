// Point-spread functions: computed from a formula, prepared from a measurement, looked at before use.
// A PSF's origin is the voxel n / 2 (integer division) of each axis, everywhere. All of this runs on the host;
// thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <planapo/export.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// Full widths at half maximum in micrometres.
struct Fwhm {
    double z_um = 0, y_um = 0, x_um = 0;
    friend constexpr bool operator==(const Fwhm&, const Fwhm&) = default;
};

/// The full widths at half maximum in px (z, y, x) on the three lines through the brightest voxel (the first of
/// equals), the crossings interpolated linearly. Outside its window a PSF counts as zero, so a crossing always exists:
/// a line still above the half maximum at the window's end crosses it within one px behind the last voxel, and a
/// one-voxel axis is 1 px wide. Throws `InvalidArgument` if the PSF is empty or no voxel is positive.
PLANAPO_API std::array<double, 3> fwhm_px(View<const float> psf);

struct GaussianPsfOptions {
    std::optional<Shape> shape = {};  ///< empty: odd, as large as `energy` asks
    double energy = 0.999;            ///< the share of the Gaussian that the automatic shape holds; in [0.5, 1)
};

/// A Gaussian of the given widths, integrated over each voxel, sum 1. The widths are those before the voxels integrate:
/// what is measured on the result is wider by the voxel (variances add: voxel^2 / 12). Throws `InvalidArgument` for
/// widths or voxels that are not positive.
PLANAPO_API Volume<float> gaussian_psf(Fwhm fwhm, VoxelSize voxel, const GaussianPsfOptions& options = {});

/// What becomes the origin: the top of a Gaussian fitted to the core; the centroid of the core; or the voxel n / 2 as
/// it is.
enum class PsfCentre { peak, centroid, none };

/// Where only the background's noise is left of the PSF: averaged with its neighbours, or kept as it was measured.
enum class PsfTails { smoothed, as_measured };

struct PreparePsfOptions {
    PsfCentre centre = PsfCentre::peak;
    std::optional<double> background = {};  ///< in the PSF's units; empty: estimated around the PSF
    double energy = 0.999;                  ///< the share of the light that the cropped box holds; in [0.5, 1]
    PsfTails tails = PsfTails::smoothed;
};

/// What `prepare_psf` found and did. Arrays are z, y, x; px are those of the measured PSF.
struct PsfReport {
    Shape shape_before, shape_after;
    Fwhm fwhm_before, fwhm_after;
    double background = 0;              ///< subtracted from every voxel
    double noise_sd = 0;                ///< of the background's voxels; 0 where there is no noise
    double signal_to_noise = 0;         ///< brightest voxel above the background / noise_sd; infinite without noise
    std::array<double, 3> origin_px{};  ///< the position, in the measured PSF, that became the origin
    std::array<double, 3> shift_px{};   ///< the voxel n / 2 minus origin_px: how far the PSF was moved
    double energy_kept = 1;             ///< the share of the light above the background inside the cropped box
    double negative_share = 0;  ///< of the cropped box's positive sum: what noise and background left below zero
    double clip_level = 0;      ///< subtracted while clipping, relative to the peak, so that clipping adds no light
    std::vector<std::string> steps;     ///< what was done, in full sentences
    std::vector<std::string> warnings;  ///< what a person should look at, in full sentences
};

/// A PSF ready for `deconvolve` (odd shape, peak at the origin, no voxel negative, sum 1), and how it was made.
struct PreparedPsf {
    Volume<float> psf;
    PsfReport report;
};

/// Makes a measured PSF usable for images of voxels `image_voxel`: subtracts the background, finds the sub-pixel
/// origin, moves it to the centre and resamples in one step, crops, clips what is negative, normalises. A voxel's value
/// is taken as the light collected over the voxel, before and after, so coarser voxels integrate and nothing aliases.
/// Axes of one voxel stay as they are. Throws `InvalidArgument` if the PSF is empty, constant or not finite, holds no
/// light above its background, or a size is not positive.
PLANAPO_API PreparedPsf prepare_psf(View<const float> measured, VoxelSize psf_voxel, VoxelSize image_voxel,
                                    const PreparePsfOptions& options = {});

/// A PSF on voxels of another size, and nothing else: its origin stays the voxel n / 2, background, noise, sign and sum
/// stay, and the result, of odd extents, covers all of it. As in `prepare_psf` voxels integrate, and axes of one voxel
/// stay as they are. Throws `InvalidArgument` if the PSF is empty or not finite, or a size is not positive.
PLANAPO_API Volume<float> resample_psf(View<const float> psf, VoxelSize psf_voxel, VoxelSize image_voxel);

/// What a look at a PSF tells that is about to be used as it is.
struct PsfLook {
    std::int64_t non_finite = 0;
    double sum = 0, negative_sum = 0;  ///< of the finite voxels
    std::array<double, 3>
        peak_offset_px{};  ///< of the brightest voxel (the middle of several equal ones) from the voxel n / 2
    double rim_share = 0;  ///< of the sum of the positive voxels, in the outermost voxels of the axes longer than 2
    std::vector<std::string> warnings;  ///< peak more than 1 px off, rim above 1 %, negative voxels: full sentences
};

/// Looks; changes and throws nothing but `InvalidArgument` for an empty view.
PLANAPO_API PsfLook look_at(View<const float> psf);

}  // namespace planapo
