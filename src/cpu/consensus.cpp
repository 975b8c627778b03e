// Gradient consensus: what two halves of an image's photons ask for, and where they agree.
#include "backend.hpp"
#include "margin.hpp"

namespace planapo {

namespace {

PLANAPO_VECTORISED
void agree_row(float* grid, const float* first, float* correction, std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x) {
        const float second = grid[x];
        grid[x] = formula::agreement(first[x], second);
        correction[x] = first[x] + second;
    }
}

PLANAPO_VECTORISED
Misfit update_agreed_row(const float* grid, const float* correction, float* estimate, std::int64_t voxels,
                         float floor) {
    std::int64_t agreed = 0;
#pragma omp simd reduction(+ : agreed)
    for (std::int64_t x = 0; x < voxels; ++x) {
        const float corrected = formula::corrected(estimate[x], correction[x], floor);
        estimate[x] = grid[x] >= 0.f ? corrected : estimate[x];
        agreed += grid[x] >= 0.f;
    }
    return {0, static_cast<double>(agreed)};
}

}  // namespace

void CpuBackend::agree(View<float> grid, View<const float> first, View<float> correction, Margin margin,
                       const Stream&) {
    const Spreader spreader(grid, first.shape(), margin);
    for_each_row(first.shape(), [&](std::int64_t z, std::int64_t y) {
        agree_row(grid.row(z, y), first.row(z, y), correction.row(z, y), first.shape().x);
        spreader.complete(z, y);
    });
}

void CpuBackend::update_agreed(View<const float> grid, View<const float> correction, View<float> estimate, float floor,
                               Misfit* partials, const Stream&) {
    const Shape core = estimate.shape();
    for_each_row(core, [&](std::int64_t z, std::int64_t y) {
        partials[z * core.y + y] =
            update_agreed_row(grid.row(z, y), correction.row(z, y), estimate.row(z, y), core.x, floor);
    });
    sum_up(partials, core.rows());
}

}  // namespace planapo
