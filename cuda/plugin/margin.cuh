// What the kernels share that work on a grid's core and fill its margin, and that measure the misfit on the way.
#pragma once

#include "../../src/backend.hpp"
#include "../launch.cuh"
#include "../warp.cuh"

namespace planapo::cuda {

/// Blocks per multiprocessor. Without it nvcc makes room for a fourth block on the oldest cards, and spills registers
/// for it.
constexpr int blocks_at_least = 3;

struct MisfitPartials {
    WarpPartials<double> sum;
};

/// Is position i of the core the only place on the axis where voxel i appears?
__device__ inline bool appears_once(std::int64_t i, std::int64_t core, std::int64_t grid, std::int64_t before) {
    return i >= before && 2 * core - 1 - i >= grid - before;
}

/// Writes `value` to a voxel of the core and, where the margin mirrors that voxel, to the margin: `value` again, or the
/// constant.
__device__ inline void put(View<float> grid, const Shape& core, const Margin& margin, std::int64_t z, std::int64_t y,
                           std::int64_t x, float value) {
    const Shape size = grid.shape(), before = margin.before;
    const bool once = appears_once(z, core.z, size.z, before.z) && appears_once(y, core.y, size.y, before.y) &&
                      appears_once(x, core.x, size.x, before.x);
    const float image = margin.fill == Margin::Fill::mirror ? value : margin.value;
    grid(z, y, x) = value;
    if (!once) {
        formula::for_each_image(z, core.z, size.z, before.z, [&](std::int64_t iz) {
            formula::for_each_image(y, core.y, size.y, before.y, [&](std::int64_t iy) {
                formula::for_each_image(x, core.x, size.x, before.x, [&](std::int64_t ix) {
                    if (iz != z || iy != y || ix != x) grid(iz, iy, ix) = image;
                });
            });
        });
    }
}

__device__ inline void add(Misfit& sum, const Misfit& one) {
    sum.divergence += one.divergence;
    sum.expected += one.expected;
}

__device__ inline Misfit block_misfit(const Misfit& one, MisfitPartials& shared) {
    return {block_sum(one.divergence, shared.sum), block_sum(one.expected, shared.sum)};
}

/// What lies at one place of the grid and of a recording.
struct WeightedVoxel {
    float grid, observed, weight;
};

__device__ inline float weight_at(const Recorded& observed, std::int64_t z, std::int64_t y, std::int64_t x) {
    return observed.weights.empty() ? 1.f : observed.weights(z, y, x);
}

__device__ inline Misfit weighted_misfit(float recorded, float expected, float weight) {
    return {weight * formula::divergence(recorded, expected), weight * expected};
}

/// Sums up into the first of `partials`.
void total(const View<Misfit>& partials, cudaStream_t stream);

}  // namespace planapo::cuda
