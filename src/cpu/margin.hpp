// Rows of a core and of the margin around it, and what rows add up to.
#pragma once

#include <algorithm>
#include <cstring>

#include "../backend.hpp"

namespace planapo {

/// Fills a row's margin: the two runs are mirrored step by step, later steps from what earlier ones left.
inline void mirror_row(float* row, std::int64_t core, std::int64_t grid, std::int64_t before) {
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
        formula::for_each_image(z, core_.z, size.z, margin_.before.z, [&](std::int64_t iz) {
            formula::for_each_image(y, core_.y, size.y, margin_.before.y, [&](std::int64_t iy) {
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

/// The total of a row's worth of partial sums each, in the order of the rows, into the first.
inline void sum_up(Misfit* partials, std::int64_t rows) {
    for (std::int64_t row = 1; row < rows; ++row) {
        partials[0].divergence += partials[row].divergence;
        partials[0].expected += partials[row].expected;
    }
}

/// A row of a view that may be empty.
inline const float* row_or_null(const View<const float>& view, std::int64_t z, std::int64_t y) {
    return view.empty() ? nullptr : view.row(z, y);
}

}  // namespace planapo
