// The element-wise half of an iteration. The thread of a core voxel also writes the margin voxels that mirror it, and
// reads none of them: so every verb works in place in one pass, without a race. Bytes that must move, for c core and g
// grid voxels: spread 4 c + 4 g, ratio 8 c + 4 g, misfit 8 c and 4 c more with weights, update 12 c, update_and_spread
// 12 c + 4 g, and 4 c more where it keeps the estimate before. Every thread of misfit and of the updates also reads one
// number of the course.
#include "launch.cuh"
#include "plugin/backend.hpp"
#include "plugin/margin.cuh"
#include "plugin/walk.cuh"

namespace planapo::cuda {

/// What lies at one place of the grid, and of the image or the estimate.
struct Voxel {
    float grid, other;
};

__global__ void __launch_bounds__(threads_per_block)
    spread_kernel(View<const float> core, View<float> grid, Margin margin) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) { return core(z, y, x); };
    for_each_voxel(core.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, float value) {
        put(grid, core.shape(), margin, z, y, x, value);
    });
}

__global__ void __launch_bounds__(threads_per_block, blocks_at_least)
    ratio_kernel(View<float> grid, View<const float> observed, float background, float floor, Margin margin,
                 View<Misfit> partials) {
    PLANAPO_SHARED(MisfitPartials, shared);
    Misfit sum{0, 0};
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Voxel {
        return {grid(z, y, x), observed(z, y, x)};
    };
    for_each_voxel(observed.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, Voxel voxel) {
        const float recorded = formula::larger(voxel.other, 0.f);
        const float expected = formula::expected(voxel.grid, background, floor);
        put(grid, observed.shape(), margin, z, y, x, recorded / expected);
        add(sum, {formula::divergence(recorded, expected), expected});
    });
    sum = block_misfit(sum, shared);
    if (thread_rank() == 0) partials(0, 0, this_block()) = sum;
}

__global__ void __launch_bounds__(threads_per_block)
    misfit_kernel(View<const float> grid, Recorded observed, View<const Course> course, float floor,
                  View<Misfit> partials) {
    PLANAPO_SHARED(MisfitPartials, shared);
    Misfit sum{0, 0};
    const auto scale = static_cast<float>(course(0, 0, 0).scale);
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> WeightedVoxel {
        return {grid(z, y, x), observed.image(z, y, x), weight_at(observed, z, y, x)};
    };
    for_each_voxel(observed.image.shape(), load, [&](std::int64_t, std::int64_t, std::int64_t, WeightedVoxel voxel) {
        const float recorded = formula::larger(voxel.observed, 0.f);
        const float expected = formula::expected_at_scale(voxel.grid, observed.background, scale, floor);
        add(sum, weighted_misfit(recorded, expected, voxel.weight));
    });
    sum = block_misfit(sum, shared);
    if (thread_rank() == 0) partials(0, 0, this_block()) = sum;
}

/// One block adds up what the blocks of other kernels found, always in the same order.
__global__ void __launch_bounds__(threads_per_block) total_kernel(View<Misfit> partials) {
    PLANAPO_SHARED(MisfitPartials, shared);
    Misfit sum{0, 0};
    for (std::int64_t i = threadIdx.x; i < partials.shape().x; i += blockDim.x) add(sum, partials(0, 0, i));
    sum = block_misfit(sum, shared);
    if (threadIdx.x == 0) partials(0, 0, 0) = sum;
}

__global__ void __launch_bounds__(threads_per_block)
    update_kernel(View<const float> grid, View<float> estimate, float floor, View<const Course> course) {
    if (course(0, 0, 0).verdict != Verdict::go_on) return;
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Voxel {
        return {grid(z, y, x), estimate(z, y, x)};
    };
    for_each_voxel(estimate.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, Voxel voxel) {
        estimate(z, y, x) = formula::corrected(voxel.other, voxel.grid, floor);
    });
}

__global__ void __launch_bounds__(threads_per_block, blocks_at_least)
    update_and_spread_kernel(View<float> grid, View<float> estimate, View<float> previous, float floor, Margin margin,
                             View<const Course> course) {
    if (course(0, 0, 0).verdict != Verdict::go_on) return;
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Voxel {
        return {grid(z, y, x), estimate(z, y, x)};
    };
    for_each_voxel(estimate.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, Voxel voxel) {
        const float value = formula::corrected(voxel.other, voxel.grid, floor);
        if (!previous.empty()) previous(z, y, x) = voxel.other;
        estimate(z, y, x) = value;
        put(grid, estimate.shape(), margin, z, y, x, value);
    });
}

void total(const View<Misfit>& partials, cudaStream_t stream) {
    const std::int64_t sums = partials.shape().x;
    if (sums > 1) launch(total_kernel, 1u, list_block(sums), sizeof(MisfitPartials), stream, partials);
}

void CudaBackend::spread(View<const float> core, View<float> grid, Margin margin, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(spread_kernel, walk_grid(core.shape()), walk_block(), 0, queue(stream), core, grid, margin);
}

void CudaBackend::ratio(View<float> grid, View<const float> observed, float background, float floor, Margin margin,
                        Misfit* partials, const Stream& stream) {
    const DeviceGuard guard(index_);
    const View<Misfit> sums(partials, {1, 1, partial_sums(observed.shape())});
    launch(ratio_kernel, walk_grid(observed.shape(), reducing_blocks_), walk_block(), sizeof(MisfitPartials),
           queue(stream), grid, observed, background, floor, margin, sums);
    total(sums, queue(stream));
}

void CudaBackend::misfit(View<const float> grid, const Recorded& observed, const Course* course, float floor,
                         Misfit* partials, const Stream& stream) {
    const DeviceGuard guard(index_);
    const Shape core = observed.image.shape();
    const View<Misfit> sums(partials, {1, 1, partial_sums(core)});
    launch(misfit_kernel, walk_grid(core, reducing_blocks_), walk_block(), sizeof(MisfitPartials), queue(stream), grid,
           observed, View<const Course>(course, {1, 1, 1}), floor, sums);
    total(sums, queue(stream));
}

void CudaBackend::update(View<const float> grid, View<float> estimate, float floor, const Course* course,
                         const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(update_kernel, walk_grid(estimate.shape()), walk_block(), 0, queue(stream), grid, estimate, floor,
           View<const Course>(course, {1, 1, 1}));
}

void CudaBackend::update_and_spread(View<float> grid, View<float> estimate, View<float> previous, float floor,
                                    Margin margin, const Course* course, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(update_and_spread_kernel, walk_grid(estimate.shape()), walk_block(), 0, queue(stream), grid, estimate,
           previous, floor, margin, View<const Course>(course, {1, 1, 1}));
}

}  // namespace planapo::cuda
