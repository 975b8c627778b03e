// The rings of a pupil: their places by Gauss-Legendre quadrature, their waves by the scalar or the vectorial model.
#include "pupil.hpp"

#include <cmath>

#include "../../message.hpp"
#include "quadrature.hpp"

namespace planapo {
namespace {

/// How far the phase moves up and down between the pupil's middle and its rim, in radians.
double variation(const Layers& layers, const Reach& reach, double stage_um) {
    constexpr int steps = 256;
    double sum = 0, before = 0;
    for (int i = 0; i <= steps; ++i) {
        const double aperture = layers.na * i / steps;
        const double path = layers.path(aperture).real() + stage_um * layers.path_per_um(aperture);
        if (i > 0) sum += std::abs(path - before);
        before = path;
    }
    return layers.wave_number * (sum + layers.na * reach.radius_um);
}

/// Gauss and Legendre need a quarter of a node for each radian of a linear phase; phases bend towards the rim, hence
/// twice that, and some more to begin with.
std::int64_t nodes_for(const Layers& layers, const Reach& reach) {
    const double most = std::max(variation(layers, reach, reach.first_um), variation(layers, reach, reach.last_um));
    require(most < 3e4,
            "The light's phase differs by {:.3g} waves between the pupil's middle and its rim: check that thicknesses, "
            "depth and voxels are in micrometres, and the indices of refraction.",
            most / (2 * std::numbers::pi));
    return 48 + static_cast<std::int64_t>(most / 2);
}

/// Places in the pupil, from 0 to 1. Where the specimen's critical aperture lies inside, the waves have the kink of a
/// square root there: places that approach it quadratically from both sides make it smooth.
std::vector<Node> places(const Layers& layers, std::int64_t count) {
    const double critical = layers.critical_aperture() / layers.na;
    std::vector<Node> nodes;
    for (const Node& node : gauss_legendre(count)) {
        const double t = (node.at + 1) / 2, weight = node.weight / 2;
        if (critical >= 1) {
            nodes.push_back({t, weight});
            continue;
        }
        nodes.push_back({critical * (1 - t * t), 2 * critical * t * weight});
        nodes.push_back({critical + (1 - critical) * t * t, 2 * (1 - critical) * t * weight});
    }
    return nodes;
}

/// Fresnel's transmission across one interface, for waves polarised across and in the plane of incidence.
struct Transmission {
    std::complex<double> across, in_plane;

    Transmission(double from, double to, double aperture) {
        const auto before = axial(from, aperture), after = axial(to, aperture);
        across = 2.0 * before / (before + after);
        in_plane = 2.0 * before / (before * (to / from) + after * (from / to));
    }
};

/// The parts of the field that light from this ring makes in the specimen. By reciprocity they are what the ring
/// collects from a dipole there. The weight is the square root of a cosine by which an aplanatic objective dims the
/// rim, over the cosine that goes from angles to apertures.
std::array<std::complex<double>, 3> field(const Layers& layers, double aperture) {
    const double weight = 1 / std::sqrt(axial(layers.immersion.index, aperture).real() / layers.immersion.index);
    const Transmission in(layers.immersion.index, layers.coverslip.index, aperture);
    const Transmission out(layers.coverslip.index, layers.specimen.index, aperture);
    const auto cosine = axial(layers.specimen.index, aperture) / layers.specimen.index;
    const double sine = aperture / layers.specimen.index;
    const auto across = weight * in.across * out.across, in_plane = weight * in.in_plane * out.in_plane;
    return {across + in_plane * cosine, std::numbers::sqrt2 * in_plane * sine, across - in_plane * cosine};
}

}  // namespace

Pupil pupil_of(const Layers& layers, PsfModel model, const Reach& reach) {
    const bool vectorial = model == PsfModel::vectorial;
    Pupil pupil{{}, vectorial ? 3 : 1};
    for (const Node& place : places(layers, nodes_for(layers, reach))) {
        const double aperture = layers.na * place.at;
        const auto wave =
            place.at * place.weight * std::exp(std::complex<double>(0, layers.wave_number) * layers.path(aperture));
        Ring ring{layers.wave_number * aperture, layers.wave_number * layers.path_per_um(aperture), {wave}};
        if (vectorial) ring.amplitude = field(layers, aperture);
        for (int m = 0; vectorial && m < 3; ++m) ring.amplitude[m] *= wave;
        pupil.rings.push_back(ring);
    }
    return pupil;
}

}  // namespace planapo
