// The element-wise half of an iteration. Each row of the core is worked on once and, while it is still in the cache,
// written to the rows of the margin in which it appears.
#include <algorithm>
#include <cstring>

#include "backend.hpp"

namespace planapo {

namespace {

using formula::for_each_image;

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

PLANAPO_VECTORISED
Misfit misfit_row(const float* grid, const float* observed, std::int64_t voxels, float background, float scale,
                  float floor) {
    double divergence = 0, expected = 0;
#pragma omp simd reduction(+ : divergence, expected)
    for (std::int64_t x = 0; x < voxels; ++x) {
        const float y = formula::larger(observed[x], 0.f);
        const float p = formula::expected_at_scale(grid[x], background, scale, floor);
        divergence += formula::divergence(y, p);
        expected += p;
    }
    return {divergence, expected};
}

/// The total of a row's worth of partial sums each, in the order of the rows, into the first.
void sum_up(Misfit* partials, std::int64_t rows) {
    for (std::int64_t row = 1; row < rows; ++row) {
        partials[0].divergence += partials[row].divergence;
        partials[0].expected += partials[row].expected;
    }
}

PLANAPO_VECTORISED
void update_row(const float* grid, float* estimate, std::int64_t voxels, float floor) {
    for (std::int64_t x = 0; x < voxels; ++x) estimate[x] = formula::corrected(estimate[x], grid[x], floor);
}

/// Fills a row's margin: the two runs are mirrored step by step, later steps from what earlier ones left.
void mirror_row(float* row, std::int64_t core, std::int64_t grid, std::int64_t before) {
    const std::int64_t period = 2 * core;
    for (std::int64_t x = core; x < grid - before; ++x) row[x] = x < period ? row[period - 1 - x] : row[x - period];
    for (std::int64_t i = 0; i < before; ++i) {
        const std::int64_t source = i < core ? i : period - 1 - i;
        row[grid - 1 - i] = row[source >= 0 ? source : source + grid];
    }
}

/// Where the rows of a core appear in its grid.
class Spreader {
public:
    Spreader(View<float> grid, Shape core, const Margin& margin) : grid_(grid), core_(core), margin_(margin) {}

    /// Completes row (z, y), whose core is in place, and writes it to all its images.
    void complete(std::int64_t z, std::int64_t y) const {
        const Shape size = grid_.shape();
        float* row = grid_.row(z, y);
        if (margin_.fill == Margin::Fill::mirror) {
            mirror_row(row, core_.x, size.x, margin_.before.x);
        } else {
            std::fill(row + core_.x, row + size.x, margin_.value);
        }
        for_each_image(z, core_.z, size.z, margin_.before.z, [&](std::int64_t iz) {
            for_each_image(y, core_.y, size.y, margin_.before.y, [&](std::int64_t iy) {
                if (iz != z || iy != y) write_image(row, grid_.row(iz, iy));
            });
        });
    }

private:
    void write_image(const float* row, float* image) const {
        if (margin_.fill == Margin::Fill::mirror) {
            std::memcpy(image, row, static_cast<std::size_t>(grid_.shape().x) * sizeof(float));
        } else {
            std::fill_n(image, grid_.shape().x, margin_.value);
        }
    }

    View<float> grid_;
    Shape core_;
    Margin margin_;
};

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

void CpuBackend::misfit(View<const float> grid, View<const float> observed, float background, const Course* course,
                        float floor, Misfit* partials, const Stream&) {
    const Shape core = observed.shape();
    const auto scale = static_cast<float>(course->scale);
    for_each_row(core, [&](std::int64_t z, std::int64_t y) {
        partials[z * core.y + y] = misfit_row(grid.row(z, y), observed.row(z, y), core.x, background, scale, floor);
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
