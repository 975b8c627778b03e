#include "grid.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "../message.hpp"

namespace planapo {

namespace {

/// Femtoseconds per voxel.
std::optional<double> cost_of(std::int64_t n, std::int64_t FftCosts::Length::*axis, const FftCosts& costs) {
    if (n == 1) return 0;
    const auto found =
        std::lower_bound(costs.lengths.begin(), costs.lengths.end(), n,
                         [](const FftCosts::Length& one, std::int64_t wanted) { return one.length < wanted; });
    if (found == costs.lengths.end() || found->length != n) return std::nullopt;
    return static_cast<double>((*found).*axis);
}

/// The lengths that may stand for `n`, itself a fast one. Longer ones would not pay for their voxels.
std::vector<std::int64_t> candidates(std::int64_t n) {
    std::vector<std::int64_t> lengths{n};
    if (n == 1) return lengths;
    while (true) {
        const std::int64_t next = fast_length(lengths.back() + 1);
        if (next > n + n / 8) return lengths;
        lengths.push_back(next);
    }
}

}  // namespace

std::int64_t fast_length(std::int64_t n) {
    for (;; ++n) {
        std::int64_t rest = n;
        for (const std::int64_t prime : {2, 3, 5, 7})
            while (rest % prime == 0) rest /= prime;
        if (rest == 1) return n;
    }
}

std::optional<double> predicted_seconds(Shape grid, const FftCosts& costs) {
    const auto z = cost_of(grid.z, &FftCosts::Length::z, costs), y = cost_of(grid.y, &FftCosts::Length::y, costs),
               x = cost_of(grid.x, &FftCosts::Length::x, costs);
    if (!z || !y || !x) return std::nullopt;
    return 1e-15 * static_cast<double>(grid.voxels()) * (*z + *y + *x);
}

Shape cheapest_grid(Shape least, const FftCosts* costs) {
    const Shape smallest{fast_length(least.z), fast_length(least.y), fast_length(least.x)};
    const auto known = costs == nullptr ? std::nullopt : predicted_seconds(smallest, *costs);
    if (!known) return smallest;
    constexpr double worth_its_memory = 0.98;
    Shape cheapest = smallest;
    double fewest = worth_its_memory * *known;
    for (const std::int64_t z : candidates(smallest.z))
        for (const std::int64_t y : candidates(smallest.y))
            for (const std::int64_t x : candidates(smallest.x)) {
                const auto seconds = predicted_seconds({z, y, x}, *costs);
                if (!seconds || *seconds >= fewest) continue;
                fewest = *seconds;
                cheapest = {z, y, x};
            }
    return cheapest;
}

Shape radius_of(Shape kernel) { return {kernel.z / 2, kernel.y / 2, kernel.x / 2}; }

Shape largest_radius(const std::vector<Volume<float>>& kernels) {
    Shape farthest{0, 0, 0};
    for (const auto& kernel : kernels) {
        const Shape radius = radius_of(kernel.shape());
        farthest = {std::max(farthest.z, radius.z), std::max(farthest.y, radius.y), std::max(farthest.x, radius.x)};
    }
    return farthest;
}

WorkingGrid working_grid(Shape image, Shape radius, Boundary boundary, const FftCosts* costs) {
    using Fill = Margin::Fill;
    constexpr std::int64_t longest = std::int64_t{1} << 31;
    require(std::max({image.z, image.y, image.x}) < longest,
            "An image of {} voxels is longer than 2^31 on one axis, which no FFT takes.", to_string(image));
    require(static_cast<double>(image.z) * static_cast<double>(image.y) * static_cast<double>(image.x) < 0x1p56,
            "An image of {} voxels is larger than any memory.", to_string(image));
    if (boundary == Boundary::wrap) return {image, image, {}, {}, {}};
    // Both sides of the image need their own margin: 2 r voxels between its end and, round the corner, its beginning.
    const Shape grid = cheapest_grid({image.z + 2 * radius.z, image.y + 2 * radius.y, image.x + 2 * radius.x}, costs);
    const Margin mirror{Fill::mirror, radius, 0}, dark{Fill::constant, radius, 0}, settled{Fill::constant, radius, 1};
    if (boundary == Boundary::mirror) return {grid, image, mirror, mirror, mirror};
    // What shines in from outside is estimated too; there nothing was recorded that could ask for anything.
    if (boundary == Boundary::unknown) return {grid, grid, {}, dark, dark};
    // Outside there is nothing to estimate, and nothing was recorded that could correct anything: a ratio of 1. That
    // has the fixed point of EM on the recorded voxels, without dividing by the projector's response to them.
    return {grid, image, dark, settled, dark};
}

}  // namespace planapo
