// The layers between a fluorophore and the objective.
#include "layers.hpp"

namespace planapo {

Layers::Layers(const Optics& optics, PsfModel model, Defocus defocused)
    : na(optics.na),
      wave_number(2 * std::numbers::pi / optics.wavelength_um),
      specimen{optics.specimen_index.value_or(optics.immersion_index), optics.depth_um},
      coverslip{optics.coverslip_index, optics.coverslip_um},
      immersion{optics.immersion_index, optics.working_distance_um},
      design_coverslip{optics.design_coverslip_index.value_or(optics.coverslip_index),
                       optics.design_coverslip_um.value_or(optics.coverslip_um)},
      design_immersion{optics.design_immersion_index.value_or(optics.immersion_index), optics.working_distance_um} {
    if (model != PsfModel::born_wolf) return;
    defocus = defocused;
    specimen = {immersion.index, 0};
    coverslip = design_coverslip = design_immersion = immersion;
}

FocalSpan focal_span(const Layers& layers) {
    // A ray is in focus where its path does not change with the aperture. Near the specimen's critical aperture that
    // place moves away without bound, but few rays follow it.
    const double rim = std::min(layers.na, 0.95 * layers.critical_aperture());
    constexpr int rays = 64;
    FocalSpan span{INFINITY, -INFINITY};
    for (int i = 0; i <= rays; ++i) {
        const double aperture = rim * i / rays;
        const auto slope = [&](const Layer& layer) { return layer.um / axial(layer.index, aperture).real(); };
        const double bend = slope(layers.specimen) + (slope(layers.coverslip) - slope(layers.design_coverslip)) +
                            (slope(layers.immersion) - slope(layers.design_immersion));
        const double focus = bend * axial(layers.immersion.index, aperture).real();
        span.first = std::min(span.first, focus);
        span.last = std::max(span.last, focus);
    }
    return span;
}

}  // namespace planapo
