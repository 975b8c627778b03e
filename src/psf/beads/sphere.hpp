// The beads' own size taken out of their image.
#pragma once

#include <array>

#include "cube.hpp"

namespace planapo {

/// What a point would have given where a full sphere gave `image`: each frequency is divided by the sphere's transform
/// 3 (sin q - q cos q) / q^3, q = 2 pi radius |frequency|, with a little of Wiener's caution where that is small.
Cube without_sphere(const Cube& image, const std::array<double, 3>& radius_px);

}  // namespace planapo
