// The element-wise half of an iteration. Each row of the core is worked on once and, while it is still in the cache,
// written to the rows of the margin in which it appears.
#include <algorithm>

#include "backend.hpp"
#include "margin.hpp"

namespace planapo {

namespace {

PLANAPO_VECTORISED
Misfit ratio_row(float* grid, const float* observed, std::int64_t voxels, float background, float floor) {
    double divergence = 0, expected = 0;
#pragma omp simd reduction(+ : divergence, expected)
    for (std::int64_t x = 0; x < voxels; ++x) {
        const float y = formula::larger(observed[x], 0.f);
        const float p = formula::expected(grid[x], background, floor);
        grid[x] = y / p;
        divergence += formula::divergence(y, p);
        expected += p;
    }
    return {divergence, expected};
}

/// Without weights where `weights` is null.
PLANAPO_VECTORISED
Misfit misfit_row(const float* grid, const float* observed, const float* weights, std::int64_t voxels, float background,
                  float scale, float floor) {
    double divergence = 0, expected = 0;
#pragma omp simd reduction(+ : divergence, expected)
    for (std::int64_t x = 0; x < voxels; ++x) {
        const float weight = weights == nullptr ? 1.f : weights[x];
        const float y = formula::larger(observed[x], 0.f);
        const float p = formula::expected_at_scale(grid[x], background, scale, floor);
        divergence += weight * formula::divergence(y, p);
        expected += weight * p;
    }
    return {divergence, expected};
}

PLANAPO_VECTORISED
void update_row(const float* grid, float* estimate, std::int64_t voxels, float floor) {
    for (std::int64_t x = 0; x < voxels; ++x) estimate[x] = formula::corrected(estimate[x], grid[x], floor);
}

}  // namespace

void CpuBackend::spread(View<const float> core, View<float> grid, Margin margin, const Stream&) {
    const Spreader spreader(grid, core.shape(), margin);
    for_each_row(core.shape(), [&](std::int64_t z, std::int64_t y) {
        std::copy_n(core.row(z, y), core.shape().x, grid.row(z, y));
        spreader.complete(z, y);
    });
}

void CpuBackend::ratio(View<float> grid, View<const float> observed, float background, float floor, Margin margin,
                       Misfit* partials, const Stream&) {
    const Shape core = observed.shape();
    const Spreader spreader(grid, core, margin);
    for_each_row(core, [&](std::int64_t z, std::int64_t y) {
        partials[z * core.y + y] = ratio_row(grid.row(z, y), observed.row(z, y), core.x, background, floor);
        spreader.complete(z, y);
    });
    sum_up(partials, core.rows());
}

void CpuBackend::misfit(View<const float> grid, const Recorded& observed, const Course* course, float floor,
                        Misfit* partials, const Stream&) {
    const Shape core = observed.image.shape();
    const auto scale = static_cast<float>(course->scale);
    for_each_row(core, [&](std::int64_t z, std::int64_t y) {
        partials[z * core.y + y] =
            misfit_row(grid.row(z, y), observed.image.row(z, y), row_or_null(observed.weights, z, y), core.x,
                       observed.background, scale, floor);
    });
    sum_up(partials, core.rows());
}

void CpuBackend::update(View<const float> grid, View<float> estimate, float floor, const Course* course,
                        const Stream&) {
    if (course->verdict != Verdict::go_on) return;
    for_each_row(estimate.shape(), [&](std::int64_t z, std::int64_t y) {
        update_row(grid.row(z, y), estimate.row(z, y), estimate.shape().x, floor);
    });
}

void CpuBackend::update_and_spread(View<float> grid, View<float> estimate, View<float> previous, float floor,
                                   Margin margin, const Course* course, const Stream&) {
    if (course->verdict != Verdict::go_on) return;
    const Spreader spreader(grid, estimate.shape(), margin);
    for_each_row(estimate.shape(), [&](std::int64_t z, std::int64_t y) {
        float *row = grid.row(z, y), *result = estimate.row(z, y);
        if (!previous.empty()) std::copy_n(result, estimate.shape().x, previous.row(z, y));
        update_row(row, result, estimate.shape().x, floor);
        std::copy_n(result, estimate.shape().x, row);
        spreader.complete(z, y);
    });
}

}  // namespace planapo
