// Where the next iteration starts: beyond the estimate, the way it has been moving. Bytes that must move per voxel:
// change 16, predict 12; choose_momentum 60 in all.
#include "launch.cuh"
#include "plugin/backend.hpp"
#include "plugin/walk.cuh"
#include "warp.cuh"

namespace planapo::cuda {

struct ChangesPartials {
    WarpPartials<double> sum;
};

struct Moved {
    float estimate, other, change;
};

__device__ inline Changes block_changes(const Changes& one, ChangesPartials& shared) {
    return {block_sum(one.with_before, shared.sum), block_sum(one.before, shared.sum)};
}

__global__ void __launch_bounds__(threads_per_block)
    change_kernel(View<const float> estimate, View<const float> point, View<float> change, View<Changes> partials) {
    PLANAPO_SHARED(ChangesPartials, shared);
    Changes sum{0, 0};
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Moved {
        return {estimate(z, y, x), point(z, y, x), change(z, y, x)};
    };
    for_each_voxel(estimate.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, const Moved& voxel) {
        const float now = voxel.estimate - voxel.other;
        sum.with_before += static_cast<double>(now) * voxel.change;
        sum.before += static_cast<double>(voxel.change) * voxel.change;
        change(z, y, x) = now;
    });
    sum = block_changes(sum, shared);
    if (thread_rank() == 0) partials(0, 0, this_block()) = sum;
}

/// One block adds up what the blocks found, always in the same order.
__global__ void __launch_bounds__(threads_per_block) total_changes_kernel(View<Changes> partials) {
    PLANAPO_SHARED(ChangesPartials, shared);
    Changes sum{0, 0};
    for (std::int64_t i = threadIdx.x; i < partials.shape().x; i += blockDim.x) {
        sum.with_before += partials(0, 0, i).with_before;
        sum.before += partials(0, 0, i).before;
    }
    sum = block_changes(sum, shared);
    if (threadIdx.x == 0) partials(0, 0, 0) = sum;
}

__global__ void __launch_bounds__(1)
    choose_momentum_kernel(View<const Changes> total, Momentum rule, View<const float> given, View<Course> course) {
    const std::int64_t iterations = course(0, 0, 0).judged;
    const std::int64_t last = given.shape().x;
    course(0, 0, 0).momentum = given.empty() ? formula::momentum(rule, course(0, 0, 0).judged, total(0, 0, 0))
                                             : given(0, 0, (iterations < last ? iterations : last) - 1);
}

__global__ void __launch_bounds__(threads_per_block)
    predict_kernel(View<const float> estimate, View<const float> previous, float floor, View<const Course> course,
                   View<float> point) {
    const float momentum = course(0, 0, 0).momentum;
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Moved {
        return {estimate(z, y, x), previous(z, y, x), 0.f};
    };
    for_each_voxel(estimate.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, const Moved& voxel) {
        point(z, y, x) = formula::predicted(voxel.estimate, voxel.other, momentum, floor);
    });
}

void CudaBackend::change(View<const float> estimate, View<const float> point, View<float> change, Changes* partials,
                         const Stream& stream) {
    const DeviceGuard guard(index_);
    const Shape shape = estimate.shape();
    const View<Changes> sums(partials, {1, 1, partial_sums(shape)});
    launch(change_kernel, walk_grid(shape, reducing_blocks_), walk_block(), sizeof(ChangesPartials), queue(stream),
           estimate, point, change, sums);
    if (sums.shape().x > 1)
        launch(total_changes_kernel, 1u, list_block(sums.shape().x), sizeof(ChangesPartials), queue(stream), sums);
}

void CudaBackend::choose_momentum(const Changes* total, Momentum rule, View<const float> given, Course* course,
                                  const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(choose_momentum_kernel, 1u, 1u, 0, queue(stream), View<const Changes>(total, {1, 1, 1}), rule, given,
           View<Course>(course, {1, 1, 1}));
}

void CudaBackend::predict(View<const float> estimate, View<const float> previous, float floor, const Course* course,
                          View<float> point, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(predict_kernel, walk_grid(estimate.shape()), walk_block(), 0, queue(stream), estimate, previous, floor,
           View<const Course>(course, {1, 1, 1}), point);
}

}  // namespace planapo::cuda
