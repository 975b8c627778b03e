// What views ask for, gathered and applied, where weights or a regularisation come in. Bytes that must move, for c core
// and g grid voxels: residual 8 c + 4 g and 4 c more with weights, gather 12 c and 4 c more for the gain of a product,
// invert 8 c and 4 c more for the sight, correct 12 c and 4 c more for a gain and for a
// penalty, 8 c where it keeps the estimate before.
#include "launch.cuh"
#include "plugin/backend.hpp"
#include "plugin/margin.cuh"
#include "plugin/walk.cuh"

namespace planapo::cuda {

struct Gathered {
    float correction, gain, all;
};

struct Seen {
    float by_all, sight;
};

struct Step {
    float correction, gain, penalty, point;
};

__device__ inline float one_or(const View<const float>& factor, std::int64_t z, std::int64_t y, std::int64_t x) {
    return factor.empty() ? 1.f : factor(z, y, x);
}

__device__ inline float gathered(const Gathered& voxel, float share, Gathering how) {
    switch (how) {
        case Gathering::largest:
            return formula::larger(voxel.all, voxel.correction);
        case Gathering::sum:
            return voxel.all + share * voxel.correction;
        default:
            return (1.f + voxel.all) * formula::shared_factor(voxel.correction, voxel.gain, share) - 1.f;
    }
}

__global__ void __launch_bounds__(threads_per_block, blocks_at_least)
    residual_kernel(View<float> grid, Recorded observed, float floor, Margin margin, View<Misfit> partials) {
    PLANAPO_SHARED(MisfitPartials, shared);
    Misfit sum{0, 0};
    const Shape core = observed.image.shape();
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> WeightedVoxel {
        return {grid(z, y, x), observed.image(z, y, x), weight_at(observed, z, y, x)};
    };
    for_each_voxel(core, load, [&](std::int64_t z, std::int64_t y, std::int64_t x, WeightedVoxel voxel) {
        const float recorded = formula::larger(voxel.observed, 0.f);
        const float expected = formula::expected(voxel.grid, observed.background, floor);
        put(grid, core, margin, z, y, x, formula::residual(recorded, expected, voxel.weight));
        add(sum, weighted_misfit(recorded, expected, voxel.weight));
    });
    sum = block_misfit(sum, shared);
    if (thread_rank() == 0) partials(0, 0, this_block()) = sum;
}

__global__ void __launch_bounds__(threads_per_block)
    gather_kernel(View<const float> correction, View<const float> gain, float share, Gathering how, View<float> all) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Gathered {
        return {correction(z, y, x), one_or(gain, z, y, x), all(z, y, x)};
    };
    for_each_voxel(all.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, const Gathered& voxel) {
        all(z, y, x) = gathered(voxel, share, how);
    });
}

__global__ void __launch_bounds__(threads_per_block)
    invert_kernel(View<float> gain, View<const float> sight, float least) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Seen {
        return {gain(z, y, x), one_or(sight, z, y, x)};
    };
    for_each_voxel(gain.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, Seen place) {
        gain(z, y, x) = formula::gain_for(place.by_all, place.sight, least);
    });
}

__global__ void __launch_bounds__(threads_per_block, blocks_at_least)
    correct_kernel(View<const float> correction, Correction by, View<const float> point, View<float> estimate,
                   View<float> previous, View<const Course> course) {
    if (course(0, 0, 0).verdict != Verdict::go_on) return;
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Step {
        return {correction(z, y, x), one_or(by.gain, z, y, x), one_or(by.penalty, z, y, x), point(z, y, x)};
    };
    for_each_voxel(estimate.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, const Step& step) {
        if (!previous.empty()) previous(z, y, x) = estimate(z, y, x);
        estimate(z, y, x) = formula::corrected_by(step.point, step.correction, step.gain, step.penalty, by.floor);
    });
}

void CudaBackend::residual(View<float> grid, const Recorded& observed, float floor, Margin margin, Misfit* partials,
                           const Stream& stream) {
    const DeviceGuard guard(index_);
    const Shape core = observed.image.shape();
    const View<Misfit> sums(partials, {1, 1, partial_sums(core)});
    launch(residual_kernel, walk_grid(core, reducing_blocks_), walk_block(), sizeof(MisfitPartials), queue(stream),
           grid, observed, floor, margin, sums);
    total(sums, queue(stream));
}

void CudaBackend::gather(View<const float> correction, View<const float> gain, float share, Gathering how,
                         View<float> all, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(gather_kernel, walk_grid(all.shape()), walk_block(), 0, queue(stream), correction, gain, share, how, all);
}

void CudaBackend::invert(View<float> gain, View<const float> sight, float least, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(invert_kernel, walk_grid(gain.shape()), walk_block(), 0, queue(stream), gain, sight, least);
}

void CudaBackend::correct(View<const float> correction, const Correction& by, View<const float> point,
                          View<float> estimate, View<float> previous, const Course* course, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(correct_kernel, walk_grid(estimate.shape()), walk_block(), 0, queue(stream), correction, by, point, estimate,
           previous, View<const Course>(course, {1, 1, 1}));
}

}  // namespace planapo::cuda
