// One look at every voxel: 4 bytes each. Every block surveys its share (plugin/walk.cuh), then one block puts the
// shares together; both add in an order that depends on the shape alone, so that the same image gives the same bits.
#include <cmath>
#include <limits>

#include "launch.cuh"
#include "plugin/backend.hpp"
#include "plugin/walk.cuh"
#include "warp.cuh"

namespace planapo::cuda {

struct SurveyPartials {
    WarpPartials<long long> counts;
    WarpPartials<double> sums;
    WarpPartials<float> extremes;
};

constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();  // no voxel has this index

/// Leaves every survey as it is when it is added.
__device__ inline Survey empty_survey() {
    return {0, none, 0, 0, 0, std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()};
}

__device__ inline void add(Survey& all, const Survey& one) {
    all.non_finite += one.non_finite;
    all.first_non_finite = Smaller{}(all.first_non_finite, one.first_non_finite);
    all.negative += one.negative;
    all.recorded += one.recorded;
    all.positive_sum += one.positive_sum;
    all.minimum = Smaller{}(all.minimum, one.minimum);
    all.maximum = Larger{}(all.maximum, one.maximum);
}

__device__ inline Survey survey_of(float voxel, float background, std::int64_t index) {
    Survey one = empty_survey();
    if (std::isfinite(voxel)) {
        one.negative = voxel < 0.f ? 1 : 0;
        one.recorded = formula::larger(voxel, 0.f);
        one.positive_sum = formula::above_background(voxel, background, 0.f);
        one.minimum = one.maximum = voxel;
    } else {
        one.non_finite = 1;
        one.first_non_finite = index;
    }
    return one;
}

__device__ inline Survey block_survey(const Survey& one, SurveyPartials& shared) {
    Survey all;
    all.non_finite = block_sum<long long>(one.non_finite, shared.counts);
    all.first_non_finite = block_reduce<long long>(one.first_non_finite, shared.counts, none, Smaller{});
    all.negative = block_sum<long long>(one.negative, shared.counts);
    all.recorded = block_sum(one.recorded, shared.sums);
    all.positive_sum = block_sum(one.positive_sum, shared.sums);
    all.minimum = block_reduce(one.minimum, shared.extremes, empty_survey().minimum, Smaller{});
    all.maximum = block_reduce(one.maximum, shared.extremes, empty_survey().maximum, Larger{});
    return all;
}

__global__ void __launch_bounds__(threads_per_block)
    survey_kernel(View<const float> image, float background, View<Survey> partials) {
    PLANAPO_SHARED(SurveyPartials, shared);
    const Shape shape = image.shape();
    Survey mine = empty_survey();
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) { return image(z, y, x); };
    for_each_voxel(shape, load, [&](std::int64_t z, std::int64_t y, std::int64_t x, float voxel) {
        add(mine, survey_of(voxel, background, (z * shape.y + y) * shape.x + x));
    });
    const Survey all = block_survey(mine, shared);
    if (thread_rank() == 0) partials(0, 0, this_block()) = all;
}

__global__ void __launch_bounds__(threads_per_block) total_survey_kernel(View<Survey> partials) {
    PLANAPO_SHARED(SurveyPartials, shared);
    Survey mine = empty_survey();
    for (std::int64_t i = threadIdx.x; i < partials.shape().x; i += blockDim.x) add(mine, partials(0, 0, i));
    const Survey all = block_survey(mine, shared);
    if (threadIdx.x == 0) partials(0, 0, 0) = all;
}

Survey CudaBackend::survey(View<const float> image, float background, const Stream& stream) {
    const std::lock_guard turn(survey_turn_);
    const DeviceGuard guard(index_);
    const dim3 grid = walk_grid(image.shape(), reducing_blocks_);
    const View<Survey> partials(static_cast<Survey*>(survey_partials_.data()), {1, 1, blocks_in(grid)});
    launch(survey_kernel, grid, walk_block(), sizeof(SurveyPartials), queue(stream), image, background, partials);
    launch(total_survey_kernel, 1u, list_block(partials.shape().x), sizeof(SurveyPartials), queue(stream), partials);
    Survey total;
    copy(partials.data(), &total, sizeof(Survey), stream);
    wait(stream);
    if (total.non_finite == 0) total.first_non_finite = -1;
    return total;
}

std::int64_t CudaBackend::partial_sums(Shape core) const { return blocks_in(walk_grid(core, reducing_blocks_)); }

}  // namespace planapo::cuda
