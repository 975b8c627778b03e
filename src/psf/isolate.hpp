// A measured PSF apart from what surrounds it.
#pragma once

#include <array>

#include <planapo/psf.hpp>

#include "background.hpp"

namespace planapo {

/// The PSF without its background, where its origin lies, and how far it reaches from the voxel nearest to that.
struct Isolated {
    Volume<float> signal;
    Background background;
    std::array<double, 3> width_px{}, origin_px{};
    Index3 peak{}, middle{}, reach{};
};

/// Throws `InvalidArgument` if the brightest spot is not above the background.
Isolated isolate(View<const float> measured, const PreparePsfOptions& options);

}  // namespace planapo
