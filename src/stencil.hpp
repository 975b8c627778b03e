// The arithmetic of a voxel and its neighbours, written once for every device. `at(dz, dy, dx)` is the neighbour's
// value; beyond the border it is the voxel at the border again, so that nothing flows out.
#pragma once

#include <cmath>

#include "backend.hpp"

namespace planapo::formula {

/// The divergence of the unit vectors along the gradient (Rudin, Osher and Fatemi 1992,
/// doi:10.1016/0167-2789(92)90242-F): forward differences for the gradients, backward ones for their divergence.
template <typename At>
PLANAPO_HD inline float curvature(At at, Spacing spacing, float softness) {
    const auto unit = [&](float along, float z, float y, float x) {
        return along / std::sqrt(z * z + y * y + x * x + softness * softness);
    };
    const float here = at(0, 0, 0), below = at(-1, 0, 0), front = at(0, -1, 0), left = at(0, 0, -1);
    const float z = (at(1, 0, 0) - here) / spacing.z, y = (at(0, 1, 0) - here) / spacing.y,
                x = (at(0, 0, 1) - here) / spacing.x;
    const float z_before = (here - below) / spacing.z, y_before = (here - front) / spacing.y,
                x_before = (here - left) / spacing.x;
    const float from_below =
        unit(z_before, z_before, (at(-1, 1, 0) - below) / spacing.y, (at(-1, 0, 1) - below) / spacing.x);
    const float from_front =
        unit(y_before, (at(1, -1, 0) - front) / spacing.z, y_before, (at(0, -1, 1) - front) / spacing.x);
    const float from_left =
        unit(x_before, (at(1, 0, -1) - left) / spacing.z, (at(0, 1, -1) - left) / spacing.y, x_before);
    return (unit(z, z, y, x) - from_below) / spacing.z + (unit(y, z, y, x) - from_front) / spacing.y +
           (unit(x, z, y, x) - from_left) / spacing.x;
}

template <typename At>
PLANAPO_HD inline float laplacian(At at, Spacing spacing) {
    const float twice = 2.f * at(0, 0, 0);
    return (at(-1, 0, 0) + at(1, 0, 0) - twice) / (spacing.z * spacing.z) +
           (at(0, -1, 0) + at(0, 1, 0) - twice) / (spacing.y * spacing.y) +
           (at(0, 0, -1) + at(0, 0, 1) - twice) / (spacing.x * spacing.x);
}

}  // namespace planapo::formula
