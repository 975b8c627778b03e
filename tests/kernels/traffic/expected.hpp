// What kernels must ask of memory, worked out from shapes and strides alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include <planapo/volume.hpp>

#include "backend.hpp"
#include "plugin/walk.cuh"
#include "traffic.hpp"

namespace planapo::testing {

inline constexpr std::int64_t lanes = 32;

/// Elements side by side, asked for by one request.
template <typename T>
simt::Traffic run_of(const T* first, std::int64_t elements) {
    const auto begin = reinterpret_cast<std::intptr_t>(first);
    const auto bytes = elements * static_cast<std::int64_t>(sizeof(T)), last = begin + bytes - 1;
    return {bytes, last / simt::sector_bytes - begin / simt::sector_bytes + 1, 1};
}

/// Every voxel once, by warps that take 32 voxels side by side in x (cuda/plugin/walk.cuh).
template <typename T>
simt::Traffic walk_over(View<T> view) {
    const Shape shape = view.shape();
    simt::Traffic sum;
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; x += lanes)
                sum += run_of(view.data() + z * view.slice_stride() + y * view.row_stride() + x,
                              std::min(lanes, shape.x - x));
    return sum;
}

/// One number, read by every lane of so many blocks.
inline simt::Traffic read_by_all(std::int64_t bytes, std::int64_t blocks) {
    const std::int64_t warps = blocks * cuda::threads_per_block / lanes;
    return {bytes * lanes * warps, warps, warps};
}

/// The voxel of the core that mirrors show at position `c` of a grid's axis.
inline std::int64_t shown_at(std::int64_t c, std::int64_t core, std::int64_t grid, std::int64_t before) {
    if (c >= grid - before) c -= grid;
    while (c < 0 || c >= core) c = c < 0 ? -1 - c : 2 * core - 1 - c;
    return c;
}

/// Every voxel of a grid once, each by the lane of the core voxel that mirrors show there. Voxels side by side whose
/// lanes lie side by side in one warp, rising or falling, are one request.
inline simt::Traffic spread_over(View<float> grid, Shape core, const Margin& margin) {
    const Shape shape = grid.shape();
    const auto source = [&](std::int64_t x) { return shown_at(x, core.x, shape.x, margin.before.x); };
    const auto same_run = [&](std::int64_t x, std::int64_t step) {
        return x < shape.x && source(x) / lanes == source(x - 1) / lanes && source(x) - source(x - 1) == step;
    };
    simt::Traffic sum;
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x;) {
                const std::int64_t first = x++;
                const std::int64_t step = x < shape.x ? source(x) - source(first) : 0;
                while (std::abs(step) == 1 && same_run(x, step)) ++x;
                sum += run_of(grid.data() + z * grid.slice_stride() + y * grid.row_stride() + first, x - first);
            }
    return sum;
}

}  // namespace planapo::testing
