// Point-spread functions computed from what is known of the microscope: widefield (Born-Wolf, Gibson-Lanni, vectorial),
// confocal, light sheet. Formulas and sources: docs/psf_models.md. All of this runs on the host; thread-safe.
//
// All results alike: the origin is the voxel n / 2 of each axis; a voxel holds the light that falls on its area in y
// and x when the stage stands at its z (a camera integrates over its pixels, not over the stage's steps); the sum is 1.
// z grows as the stage carries the focus deeper, away from the coverslip.
#pragma once

#include <optional>

#include <planapo/export.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// The objective, and what the light meets between the fluorophore and it. An empty design value is the actual one, an
/// empty specimen index the immersion's.
struct Optics {
    double na = 1.4;
    double wavelength_um = 0.52;  ///< of the emitted light in vacuum
    double immersion_index = 1.515;
    std::optional<double> specimen_index = {};
    double depth_um = 0;  ///< of the fluorophore below the coverslip
    double coverslip_index = 1.5255, coverslip_um = 170;
    double working_distance_um = 150;  ///< of immersion between objective and coverslip, in design
    std::optional<double> design_immersion_index = {}, design_coverslip_index = {}, design_coverslip_um = {};
};

/// The phase of a defocused pupil: of spherical waves, or its first order in the squared aperture, as in the textbook.
enum class Defocus { exact, paraxial };

/// Where the stage stands in the plane n / 2: where the point is brightest, or where it would be brightest if nothing
/// differed from the objective's design, that is at `depth_um`.
enum class PsfOrigin { peak, nominal };

struct ModelPsfOptions {
    /// An extent of 0 is chosen: odd, the smallest to hold `energy` of the light inside a window of 10 axial and 30
    /// lateral resolution lengths to either side, wavelength / (n - sqrt(n^2 - NA^2)) and 0.61 wavelength / NA, but of
    /// no more than 255 voxels. Such a bound is needed: light out of focus gets wider, not less.
    Shape shape{0, 0, 0};
    double energy = 0.999;  ///< in [0.5, 1)
    PsfOrigin origin = PsfOrigin::peak;
    Defocus defocus = Defocus::exact;  ///< of `born_wolf_psf` only
};

/// A PSF, and where the stage stands in its plane n / 2, counted from where the design is focused on the coverslip.
struct ModelPsf {
    Volume<float> psf;
    double focus_um = 0;
};

/// Scalar diffraction by a circular pupil in a uniform medium, of which `na`, `wavelength_um` and `immersion_index` are
/// used (Born and Wolf, Principles of Optics, 8.8). Throws `InvalidArgument`, as all of these, for what no microscope
/// has: an NA not below the indices that the light must pass, sizes that are not positive.
PLANAPO_API ModelPsf born_wolf_psf(const Optics& optics, VoxelSize voxel, const ModelPsfOptions& options = {});

/// The same with the aberrations of whatever differs from the objective's design (Gibson and Lanni 1992). Where the NA
/// exceeds the specimen's index, the part of the pupil beyond it is filled by the point's near field.
PLANAPO_API ModelPsf gibson_lanni_psf(const Optics& optics, VoxelSize voxel, const ModelPsfOptions& options = {});

/// A dipole that turns freely, seen through the same layers, with polarisation and Fresnel's transmission (Richards and
/// Wolf 1959; Torok and Varga 1997).
PLANAPO_API ModelPsf vectorial_psf(const Optics& optics, VoxelSize voxel, const ModelPsfOptions& options = {});

enum class PsfModel { born_wolf, gibson_lanni, vectorial };

/// How a confocal microscope excites and detects.
struct Confocal {
    double excitation_um = 0.488;  ///< wavelength in vacuum
    double pinhole_airy = 1;       ///< its diameter in 1.22 emission wavelengths / NA; 0: a point; at most 20
    PsfModel model = PsfModel::gibson_lanni;
};

/// The PSF of the excitation, times that of the emission convolved with the pinhole's disc.
PLANAPO_API ModelPsf confocal_psf(const Optics& optics, const Confocal& confocal, VoxelSize voxel,
                                  const ModelPsfOptions& options = {});

/// A Gaussian sheet across the detection's axis, in its focus. Its waist is given by `fwhm_um`, or by `na` and the
/// wavelength: a radius (1/e^2) of wavelength / (pi NA).
struct LightSheet {
    double excitation_um = 0.488;  ///< wavelength in vacuum
    std::optional<double> fwhm_um = {}, na = {};
    double from_waist_um = 0;  ///< how far from its waist the sheet meets the fluorophore
    PsfModel model = PsfModel::gibson_lanni;
};

/// The PSF of the detection times the sheet's profile.
PLANAPO_API ModelPsf light_sheet_psf(const Optics& optics, const LightSheet& sheet, VoxelSize voxel,
                                     const ModelPsfOptions& options = {});

/// How thick the sheet is where it meets the fluorophore: its full width at half maximum.
PLANAPO_API double fwhm_um(const LightSheet& sheet, const Optics& optics);

}  // namespace planapo
