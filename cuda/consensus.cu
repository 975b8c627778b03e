// Gradient consensus: what two halves of an image's photons ask for, and where they agree. Bytes that must move, for c
// core and g grid voxels: agree 12 c + 4 g, update_agreed 16 c where all voxels agree.
#include "launch.cuh"
#include "plugin/backend.hpp"
#include "plugin/margin.cuh"
#include "plugin/walk.cuh"

namespace planapo::cuda {

struct Halves {
    float first, second;
};

struct Agreed {
    float grid, correction, estimate;
};

__global__ void __launch_bounds__(threads_per_block, blocks_at_least)
    agree_kernel(View<float> grid, View<const float> first, View<float> correction, Margin margin) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Halves {
        return {first(z, y, x), grid(z, y, x)};
    };
    for_each_voxel(first.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, Halves by) {
        correction(z, y, x) = by.first + by.second;
        put(grid, first.shape(), margin, z, y, x, formula::agreement(by.first, by.second));
    });
}

__global__ void __launch_bounds__(threads_per_block, blocks_at_least)
    update_agreed_kernel(View<const float> grid, View<const float> correction, View<float> estimate, float floor,
                         View<Misfit> partials) {
    PLANAPO_SHARED(MisfitPartials, shared);
    Misfit sum{0, 0};
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Agreed {
        return {grid(z, y, x), correction(z, y, x), estimate(z, y, x)};
    };
    for_each_voxel(estimate.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, const Agreed& voxel) {
        if (!(voxel.grid >= 0.f)) return;
        estimate(z, y, x) = formula::corrected(voxel.estimate, voxel.correction, floor);
        sum.expected += 1;
    });
    sum = block_misfit(sum, shared);
    if (thread_rank() == 0) partials(0, 0, this_block()) = sum;
}

void CudaBackend::agree(View<float> grid, View<const float> first, View<float> correction, Margin margin,
                        const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(agree_kernel, walk_grid(first.shape()), walk_block(), 0, queue(stream), grid, first, correction, margin);
}

void CudaBackend::update_agreed(View<const float> grid, View<const float> correction, View<float> estimate, float floor,
                                Misfit* partials, const Stream& stream) {
    const DeviceGuard guard(index_);
    const View<Misfit> sums(partials, {1, 1, partial_sums(estimate.shape())});
    launch(update_agreed_kernel, walk_grid(estimate.shape(), reducing_blocks_), walk_block(), sizeof(MisfitPartials),
           queue(stream), grid, correction, estimate, floor, sums);
    total(sums, queue(stream));
}

}  // namespace planapo::cuda
