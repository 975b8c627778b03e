// How kernels walk a volume: a warp takes 32 voxels side by side in x, so that it reads and writes whole lines of
// memory; a thread takes a few slices at a time. The order depends on the shape alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include <cuda_runtime.h>

#include <planapo/volume.hpp>

#include "../launch.cuh"

namespace planapo::cuda {

inline constexpr unsigned block_x = 32, block_y = 8, threads_per_block = block_x * block_y;
inline constexpr int slices_per_thread = 4;

inline dim3 walk_block() { return {block_x, block_y, 1}; }

/// Blocks that walk `shape`, at most `most` of them: where it has more voxels than they have threads, they walk on.
inline dim3 walk_grid(const Shape& shape, std::int64_t most = max_grid_x) {
    const auto take = [&most](std::int64_t items, std::int64_t per_block, std::int64_t limit) {
        const std::int64_t blocks =
            std::max<std::int64_t>(1, std::min({(items + per_block - 1) / per_block, limit, most}));
        most /= blocks;
        return static_cast<unsigned>(blocks);
    };
    dim3 grid;
    grid.z = take(shape.z, slices_per_thread, max_grid_yz);
    grid.y = take(shape.y, block_y, max_grid_yz);
    grid.x = take(shape.x, block_x, max_grid_x);
    return grid;
}

inline std::int64_t blocks_in(dim3 grid) { return std::int64_t{grid.z} * grid.y * grid.x; }

/// Threads of the one block that adds up a list: whole warps, and none without an item, up to 256.
inline unsigned list_block(std::int64_t items) {
    return static_cast<unsigned>(std::min<std::int64_t>(threads_per_block, (items + 31) / 32 * 32));
}

/// The place of this thread's block among all of them.
__device__ inline std::int64_t this_block() {
    return (std::int64_t{blockIdx.z} * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
}

/// For the voxels of this thread, in a kernel launched with walk_grid and walk_block: `use(z, y, x, load(z, y, x))`.
/// The loads of a few slices come before their uses, so that enough bytes are on their way: `load` may not read what
/// `use` writes for another voxel.
template <typename Load, typename Use>
__device__ void for_each_voxel(const Shape& shape, Load load, Use use) {
    const std::int64_t first_z = blockIdx.z * slices_per_thread, step_z = gridDim.z * slices_per_thread;
    const std::int64_t first_y = std::int64_t{blockIdx.y} * block_y + threadIdx.y,
                       step_y = std::int64_t{gridDim.y} * block_y;
    const std::int64_t first_x = std::int64_t{blockIdx.x} * block_x + threadIdx.x,
                       step_x = std::int64_t{gridDim.x} * block_x;
    for (std::int64_t z = first_z; z < shape.z; z += step_z)
        for (std::int64_t y = first_y; y < shape.y; y += step_y)
            for (std::int64_t x = first_x; x < shape.x; x += step_x) {
                decltype(load(z, y, x)) loaded[slices_per_thread];
                for (int i = 0; i < slices_per_thread; ++i)
                    if (z + i < shape.z) loaded[i] = load(z + i, y, x);
                for (int i = 0; i < slices_per_thread; ++i)
                    if (z + i < shape.z) use(z + i, y, x, loaded[i]);
            }
}

}  // namespace planapo::cuda
