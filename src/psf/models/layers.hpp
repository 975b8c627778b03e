// What the light meets between a fluorophore and the objective, ready to be computed with.
#pragma once

#include <algorithm>
#include <complex>
#include <numbers>

#include <planapo/psf_models.hpp>

namespace planapo {

/// A ray is named by its aperture a = n sin(theta), which no layer changes: 0 on the axis, the NA at the pupil's rim.
/// In a layer of index n it has the axial direction n cos(theta) = sqrt(n^2 - a^2), imaginary where it is evanescent.
inline std::complex<double> axial(double index, double aperture) {
    return std::sqrt(std::complex<double>(index * index - aperture * aperture, 0));
}

struct Layer {
    double index, um;
};

/// `Optics` with its gaps filled. Paths are in micrometres of vacuum, and those of the stage are taken apart.
struct Layers {
    double na, wave_number;  ///< 2 pi / wavelength
    Layer specimen, coverslip, immersion, design_coverslip, design_immersion;
    Defocus defocus = Defocus::exact;

    /// As a model sees them: Born and Wolf know of the immersion only.
    Layers(const Optics& optics, PsfModel model, Defocus defocus);

    /// The path of a ray beyond that in the design, the stage at 0.
    std::complex<double> path(double aperture) const {
        const auto through = [&](const Layer& layer) { return layer.um * axial(layer.index, aperture); };
        return through(specimen) + (through(coverslip) - through(design_coverslip)) +
               (through(immersion) - through(design_immersion));
    }

    /// How much a ray's path changes for each micrometre that the stage moves towards the objective: immersion is lost.
    double path_per_um(double aperture) const {
        if (defocus == Defocus::paraxial) return -immersion.index + aperture * aperture / (2 * immersion.index);
        return -axial(immersion.index, aperture).real();
    }

    /// Where rays stop to propagate in the specimen; beyond the NA where none do.
    double critical_aperture() const { return specimen.index; }

    double airy_radius_um() const { return 2 * std::numbers::pi / wave_number * 0.61 / na; }

    /// From the focus to the first dark point on the axis, without aberrations.
    double axial_length_um() const {
        return 2 * std::numbers::pi / wave_number / (immersion.index - axial(immersion.index, na).real());
    }

    /// The highest spatial frequency of the intensity, in cycles per micrometre.
    double bandwidth_per_um() const { return na * wave_number / std::numbers::pi; }
};

/// What each ray's own focus spans: stage positions, in micrometres.
struct FocalSpan {
    double first, last;
};
FocalSpan focal_span(const Layers& layers);

}  // namespace planapo
