// A PSF distilled from a recording of many beads. Runs on the host; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <planapo/export.hpp>
#include <planapo/psf.hpp>
#include <planapo/volume.hpp>

namespace planapo {

struct DistillPsfOptions {
    /// The beads' diameter, whose blur is taken out of the PSF; empty: they count as points.
    std::optional<double> bead_um = {};
    /// How far on either side of a bead's centre it is looked at, z, y, x; empty: three times the FWHM.
    std::optional<std::array<double, 3>> reach_um = {};
    /// The value from which on a voxel is saturated; empty: judged by plateaus and by the range of cameras.
    std::optional<double> saturation = {};
    double smallest_snr = 5;              ///< a bead's peak above its background / the noise there; > 0
    PsfCentre centre = PsfCentre::peak;   ///< what becomes the origin: peak or centroid
    double energy = 0.999;                ///< as in PreparePsfOptions
    PsfTails tails = PsfTails::smoothed;  ///< as in PreparePsfOptions
};

/// What became of a bead: it is part of the PSF, or why it is not.
enum class BeadFate { used, border, saturated, touching, dim, shape, unlike };

/// "used", "border", ...
PLANAPO_API std::string_view to_string(BeadFate fate);

/// A spot of the recording. Its numbers are those of a Gaussian fitted to it; of a bead that is used, of the PSF fitted
/// to it.
struct Bead {
    std::array<double, 3> position_px{};  ///< z, y, x; a voxel's centre is its index
    Fwhm fwhm;                            ///< of the fitted Gaussian: as recorded, widened by voxel and bead
    double peak = 0, background = 0;      ///< peak: above the background
    double signal_to_noise = 0;           ///< peak / noise_sd of the recording
    double residual = 0;                  ///< root mean square difference from the PSF in the core / peak; used beads
    BeadFate fate = BeadFate::used;
    std::string reason;  ///< why it is not used, in a sentence; empty for those used
};

struct DistillReport {
    std::vector<Bead> beads;  ///< all that were found, the brightest first
    std::int64_t used = 0;
    double background = 0, noise_sd = 0;  ///< of the recording
    Fwhm fwhm_mean, fwhm_sd;              ///< over the beads that are used; sd is 0 for one bead
    double signal_to_noise = 0;           ///< of the average: its peak / its noise
    double residual = 0;                  ///< root mean square of the used beads' residuals
    std::int64_t hot_voxels = 0;          ///< lone bright voxels that were replaced by their neighbours' median
    PsfReport preparation;                ///< what `prepare_psf` did to the average
    std::vector<std::string> steps;       ///< what was done, in full sentences
    std::vector<std::string> warnings;    ///< what a person should look at, in full sentences
};

/// A PSF ready for `deconvolve` (odd shape, peak at the origin, no voxel negative, sum 1), and how it was made.
struct DistilledPsf {
    Volume<float> psf;
    DistillReport report;
};

/// Finds the beads of a recording, takes those that are alone, whole, bright enough and alike, moves them onto each
/// other, averages them and prepares the average as `prepare_psf` does. Beads are moved by trigonometric interpolation,
/// which keeps the modulus of every frequency, so that averaging does not widen. Axes of one voxel stay as they are.
/// Throws `InvalidArgument` if the image is empty, constant or not finite, has an axis of 2 to 4 voxels, or shows no
/// bead that can be used; the sentence says how many were found and why they were not.
PLANAPO_API DistilledPsf distill_psf(View<const float> image, VoxelSize voxel, const DistillPsfOptions& options = {});

}  // namespace planapo
