// What a smooth estimate would ask for. Bytes that must move per voxel: 8; neighbours come from the cache.
#include "../src/stencil.hpp"
#include "launch.cuh"
#include "plugin/backend.hpp"
#include "plugin/walk.cuh"

namespace planapo::cuda {

/// penalty = penalised(pull(neighbours)) for every voxel.
template <typename Pull>
__device__ void penalise_each(const View<const float>& estimate, const View<float>& penalty, Pull pull) {
    const Shape shape = estimate.shape();
    const auto inside = [](std::int64_t i, std::int64_t n) { return i < 0 ? 0 : i < n ? i : n - 1; };
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        return pull([&](int dz, int dy, int dx) {
            return estimate(inside(z + dz, shape.z), inside(y + dy, shape.y), inside(x + dx, shape.x));
        });
    };
    for_each_voxel(shape, load, [&](std::int64_t z, std::int64_t y, std::int64_t x, float pulled) {
        penalty(z, y, x) = formula::penalised(pulled);
    });
}

__global__ void __launch_bounds__(threads_per_block)
    total_variation_kernel(View<const float> estimate, Spacing spacing, float strength, float softness,
                           View<float> penalty) {
    penalise_each(estimate, penalty, [&](auto at) { return strength * formula::curvature(at, spacing, softness); });
}

__global__ void __launch_bounds__(threads_per_block)
    tikhonov_miller_kernel(View<const float> estimate, Spacing spacing, float strength, View<float> penalty) {
    penalise_each(estimate, penalty, [&](auto at) { return strength * formula::laplacian(at, spacing); });
}

void CudaBackend::total_variation(View<const float> estimate, Spacing spacing, float strength, float softness,
                                  View<float> penalty, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(total_variation_kernel, walk_grid(estimate.shape()), walk_block(), 0, queue(stream), estimate, spacing,
           strength, softness, penalty);
}

void CudaBackend::tikhonov_miller(View<const float> estimate, Spacing spacing, float strength, View<float> penalty,
                                  const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(tikhonov_miller_kernel, walk_grid(estimate.shape()), walk_block(), 0, queue(stream), estimate, spacing,
           strength, penalty);
}

}  // namespace planapo::cuda
