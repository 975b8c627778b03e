// A small odd volume around a centre, and moving it by parts of a voxel.
#pragma once

#include <array>
#include <vector>

#include <planapo/volume.hpp>

#include "../width.hpp"

namespace planapo {

/// 2 reach + 1 voxels an axis, z, y, x; the middle one is position 0.
struct Cube {
    Index3 reach{};
    std::vector<double> values;

    Cube() = default;
    explicit Cube(const Index3& reach);
    Shape shape() const { return {2 * reach[0] + 1, 2 * reach[1] + 1, 2 * reach[2] + 1}; }
    Volume<float> volume() const;
};

/// Calls `visit(offset)` for every voxel within `reach` of the middle, offsets from the middle in z, y, x order.
template <typename Visit>
void for_each_offset(const Index3& reach, Visit visit) {
    for (std::int64_t z = -reach[0]; z <= reach[0]; ++z)
        for (std::int64_t y = -reach[1]; y <= reach[1]; ++y)
            for (std::int64_t x = -reach[2]; x <= reach[2]; ++x) visit(Index3{z, y, x});
}

/// What trigonometric interpolation takes: for each axis the value, or the slope against the shift.
enum class Moved { value, slope };

/// `cube` moved by `shift_px`, in the middle 2 reach + 1 voxels. Exact for what is band-limited; the modulus of each
/// frequency stays (all extents are odd), so nothing is blurred. What leaves on one side enters on the other.
Cube moved(const Cube& cube, const std::array<double, 3>& shift_px, const Index3& reach,
           const std::array<Moved, 3>& what = {});

}  // namespace planapo
