// What a grid's transforms cost by the lengths of its axes, as it was measured on one kind of device.
#pragma once

#include <cstdint>
#include <vector>

namespace planapo {

/// A grid takes its voxels times the sum of what the lengths of its axes cost. An axis of length 1 costs nothing.
struct FftCosts {
    /// Femtoseconds per voxel of the grid: an axis's share of half an iteration, which is a convolution and a pass that
    /// writes what is convolved next.
    struct Length {
        std::int64_t length, z, y, x;
    };
    std::vector<Length> lengths;  // ascending
};

}  // namespace planapo
