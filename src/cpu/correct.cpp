// What views ask for, gathered and applied, where weights or a regularisation come in. Rows are worked on one by one.
#include <cmath>

#include "backend.hpp"
#include "margin.hpp"

namespace planapo {

namespace {

/// Without weights where `weights` is null.
PLANAPO_VECTORISED
Misfit residual_row(float* grid, const float* observed, const float* weights, std::int64_t voxels, float background,
                    float floor) {
    double divergence = 0, expected = 0;
#pragma omp simd reduction(+ : divergence, expected)
    for (std::int64_t x = 0; x < voxels; ++x) {
        const float weight = weights == nullptr ? 1.f : weights[x];
        const float y = formula::larger(observed[x], 0.f);
        const float p = formula::expected(grid[x], background, floor);
        grid[x] = formula::residual(y, p, weight);
        divergence += weight * formula::divergence(y, p);
        expected += weight * p;
    }
    return {divergence, expected};
}

PLANAPO_VECTORISED
void take_largest_row(const float* correction, float* all, std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x) all[x] = formula::larger(all[x], correction[x]);
}

PLANAPO_VECTORISED
void add_row(const float* correction, float share, float* all, std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x) all[x] += share * correction[x];
}

/// Without a gain where `gain` is null.
void multiply_row(const float* correction, const float* gain, float share, float* all, std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x) {
        const float factor = formula::shared_factor(correction[x], gain == nullptr ? 1.f : gain[x], share);
        all[x] = (1.f + all[x]) * factor - 1.f;
    }
}

/// Seen wholly where `sight` is null.
PLANAPO_VECTORISED
void invert_row(float* gain, const float* sight, float least, std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x)
        gain[x] = formula::gain_for(gain[x], sight == nullptr ? 1.f : sight[x], least);
}

/// Rows that may be null: 1 everywhere.
struct Factors {
    const float *gain, *penalty;
};

PLANAPO_VECTORISED
void correct_row(const float* correction, Factors by, const float* point, float* estimate, std::int64_t voxels,
                 float floor) {
    for (std::int64_t x = 0; x < voxels; ++x) {
        const float gain = by.gain == nullptr ? 1.f : by.gain[x];
        const float penalty = by.penalty == nullptr ? 1.f : by.penalty[x];
        estimate[x] = formula::corrected_by(point[x], correction[x], gain, penalty, floor);
    }
}

}  // namespace

void CpuBackend::residual(View<float> grid, const Recorded& observed, float floor, Margin margin, Misfit* partials,
                          const Stream&) {
    const Shape core = observed.image.shape();
    const Spreader spreader(grid, core, margin);
    for_each_row(core, [&](std::int64_t z, std::int64_t y) {
        partials[z * core.y + y] =
            residual_row(grid.row(z, y), observed.image.row(z, y), row_or_null(observed.weights, z, y), core.x,
                         observed.background, floor);
        spreader.complete(z, y);
    });
    sum_up(partials, core.rows());
}

void CpuBackend::gather(View<const float> correction, View<const float> gain, float share, Gathering how,
                        View<float> all, const Stream&) {
    const std::int64_t voxels = all.shape().x;
    for_each_row(all.shape(), [&](std::int64_t z, std::int64_t y) {
        const float* one = correction.row(z, y);
        if (how == Gathering::largest) take_largest_row(one, all.row(z, y), voxels);
        if (how == Gathering::sum) add_row(one, share, all.row(z, y), voxels);
        if (how == Gathering::product) multiply_row(one, row_or_null(gain, z, y), share, all.row(z, y), voxels);
    });
}

void CpuBackend::invert(View<float> gain, View<const float> sight, float least, const Stream&) {
    for_each_row(gain.shape(), [&](std::int64_t z, std::int64_t y) {
        invert_row(gain.row(z, y), row_or_null(sight, z, y), least, gain.shape().x);
    });
}

void CpuBackend::correct(View<const float> correction, const Correction& by, View<const float> point,
                         View<float> estimate, View<float> previous, const Course* course, const Stream&) {
    if (course->verdict != Verdict::go_on) return;
    const std::int64_t voxels = estimate.shape().x;
    for_each_row(estimate.shape(), [&](std::int64_t z, std::int64_t y) {
        float* const result = estimate.row(z, y);
        if (!previous.empty()) std::copy_n(result, voxels, previous.row(z, y));
        const Factors factors{row_or_null(by.gain, z, y), row_or_null(by.penalty, z, y)};
        correct_row(correction.row(z, y), factors, point.row(z, y), result, voxels, by.floor);
    });
}

}  // namespace planapo
