// Two kernels, right (Bug::none) or with one bug planted: the mean of 3 x 3 x 3 voxels, and a sum.
// The comments "at: ..." mark lines that reports of the sanitizers must name.
#pragma once

#include <cstdint>

#include <planapo/volume.hpp>

#include "launch.cuh"
#include "warp.cuh"

namespace planapo::self_test {

enum class Bug {
    none,
    halo_not_clamped,
    no_barrier_after_load,
    no_edge_guard,
    return_above_barrier,
    no_barrier_in_sum,
    plain_add_from_blocks,
    grid_not_rounded_up
};

/// A view whose accesses nobody checks: what a raw pointer would be.
template <typename T>
struct Raw {
    T* voxels;
    Shape extents;

    __device__ T& operator()(std::int64_t z, std::int64_t y, std::int64_t x) const {
        return voxels[(z * extents.y + y) * extents.x + x];
    }
    __device__ const Shape& shape() const { return extents; }
};

inline constexpr int cube = 8;  // 8 x 8 x 8 = 512 threads

struct HaloTile {
    float v[cube + 2][cube + 2][cube + 2];  // voxel (z, y, x) of the block sits at v[z + 1][y + 1][x + 1]
};

template <Bug bug>
__device__ std::int64_t edge(std::int64_t i, std::int64_t extent) {
    if constexpr (bug == Bug::halo_not_clamped) return i;
    return i < 0 ? 0 : i >= extent ? extent - 1 : i;
}

template <Bug bug, typename In, typename Out>
__global__ void box_mean_kernel(In in, Out out) {
    PLANAPO_SHARED(HaloTile, tile);
    const Shape shape = out.shape();
    const std::int64_t z0 = std::int64_t{blockIdx.z} * cube, y0 = std::int64_t{blockIdx.y} * cube;
    const std::int64_t x0 = std::int64_t{blockIdx.x} * cube;
    constexpr int side = cube + 2;

    // Load the tile and its rim, edge voxels repeated
    for (int i = cuda::thread_rank(); i < side * side * side; i += cube * cube * cube) {
        const int z = i / (side * side), y = i / side % side, x = i % side;
        const std::int64_t from_z = edge<bug>(z0 + z - 1, shape.z), from_y = edge<bug>(y0 + y - 1, shape.y);
        const std::int64_t from_x = edge<bug>(x0 + x - 1, shape.x);
        const float voxel = in(from_z, from_y, from_x);  // at: read the volume
        tile.v[z][y][x] = voxel;                         // at: store into the tile
    }
    if constexpr (bug != Bug::no_barrier_after_load) __syncthreads();

    // Mean
    const std::int64_t z = z0 + threadIdx.z, y = y0 + threadIdx.y, x = x0 + threadIdx.x;
    if (bug == Bug::no_edge_guard || (z < shape.z && y < shape.y && x < shape.x)) {
        float sum = 0;
        for (int dz = 0; dz < 3; ++dz)
            for (int dy = 0; dy < 3; ++dy)
                for (int dx = 0; dx < 3; ++dx)
                    sum += tile.v[threadIdx.z + dz][threadIdx.y + dy][threadIdx.x + dx];  // at: load from the tile
        out(z, y, x) = sum / 27.f;                                                        // at: write the volume
    }
}

template <Bug bug, typename In, typename Out>
void box_mean(In in, Out out) {
    const Shape shape = out.shape();
    dim3 grid{cuda::blocks_for(shape.x, cube), cuda::blocks_for(shape.y, cube), cuda::blocks_for(shape.z, cube)};
    if (bug == Bug::grid_not_rounded_up) grid.x = static_cast<unsigned>(shape.x / cube);
    cuda::launch(box_mean_kernel<bug, In, Out>, grid, dim3(cube, cube, cube), sizeof(HaloTile), nullptr, in, out);
}

inline constexpr int sum_threads = 64;

struct SumPartials {
    float of_warp[32];
};

template <Bug bug>
__global__ void sum_kernel(View<const float> in, View<float> total) {
    PLANAPO_SHARED(SumPartials, partials);
    const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
    if constexpr (bug == Bug::return_above_barrier)
        if (i >= in.shape().x) return;
    const float sum = cuda::warp_sum(i < in.shape().x ? in(0, 0, i) : 0.f);
    if (cuda::lane() == 0) partials.of_warp[cuda::warp()] = sum;   // at: store the sum of a warp
    if constexpr (bug != Bug::no_barrier_in_sum) __syncthreads();  // at: barrier in the sum
    if (threadIdx.x != 0) return;
    float of_block = 0;
    for (int warp = 0; warp < sum_threads / 32; ++warp)
        of_block += partials.of_warp[warp];  // at: load the sums of warps
    if constexpr (bug == Bug::plain_add_from_blocks) {
        total(0, 0, 0) += of_block;  // at: plain addition
    } else {
        atomicAdd(&total(0, 0, 0), of_block);
    }
}

template <Bug bug>
void sum(View<const float> in, View<float> total) {
    cuda::launch(sum_kernel<bug>, cuda::blocks_for(in.shape().x, sum_threads), sum_threads, sizeof(SumPartials),
                 nullptr, in, total);
}

}  // namespace planapo::self_test
