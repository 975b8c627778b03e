#include "table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>

namespace planapo::bench {

namespace {

using Costs = std::map<std::int64_t, double>;  // seconds per voxel by length

/// How long a grid's other two axes are while one is measured.
class Others {
public:
    explicit Others(const Extent& extent) : extent_(extent), lengths_{extent.side, extent.side} {}

    /// Makes room for a shorter axis: grids of half the voxels would fit into a cache that the others do not. Returns
    /// whether it changed anything.
    bool grow_for(std::int64_t n) {
        bool grown = false;
        const std::int64_t enough = extent_.side * extent_.side * extent_.side;
        while (2 * n * lengths_[0] * lengths_[1] <= enough && 2 * lengths_[0] <= extent_.longest) {
            lengths_ = {lengths_[1], 2 * lengths_[0]};
            grown = true;
        }
        return grown;
    }

    Shape with(std::int64_t n, int axis) const {
        const auto [a, b] = lengths_;
        return axis == 0 ? Shape{n, a, b} : axis == 1 ? Shape{a, n, b} : Shape{a, b, n};
    }

private:
    Extent extent_;
    std::array<std::int64_t, 2> lengths_;
};

/// What one axis adds, from the longest to the shortest. A grid's other two axes cost the same as beside a length whose
/// cost is known already: what is measured are differences to that one, and only the first cost is an assumption, which
/// is that the axes of the cube cost a third each.
Costs costs_along(int axis, const std::vector<std::int64_t>& lengths, const Extent& extent, Stopwatch& stopwatch) {
    Others others(extent);
    double at_reference = stopwatch.seconds_per_voxel(others.with(extent.side, axis));
    double reference = at_reference / 3;
    Costs costs;
    std::int64_t last = extent.side;
    for (auto n = lengths.rbegin(); n != lengths.rend(); last = *n++) {
        if (others.grow_for(*n)) {
            reference = costs.at(last);
            at_reference = stopwatch.seconds_per_voxel(others.with(last, axis));
        }
        costs[*n] = reference + stopwatch.seconds_per_voxel(others.with(*n, axis)) - at_reference;
    }
    return costs;
}

std::int64_t femtoseconds(double seconds) { return std::llround(1e15 * seconds); }

/// Shapes of images with their margins, none larger than the cube.
std::vector<Shape> shapes_to_try(const Extent& extent) {
    std::mt19937 random(1);  // the same numbers on every machine, unlike what distributions make of them
    const auto between = [&](std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(random()) % (high - low + 1);
    };
    const std::int64_t side = extent.side, longest = extent.longest * 8 / 9;  // candidates are in the table, too
    std::vector<Shape> shapes;
    while (shapes.size() < 20) {
        const Shape shape{between(std::max<std::int64_t>(side / 10, 2), side), between(side / 3, longest),
                          between(side / 3, longest)};
        if (shape.voxels() <= side * side * side) shapes.push_back(shape);
    }
    return shapes;
}

}  // namespace

FftCosts measure_costs(const Extent& extent, Stopwatch& stopwatch) {
    std::vector<std::int64_t> lengths;
    for (std::int64_t n = 2; n <= extent.longest; n = fast_length(n + 1)) lengths.push_back(n);
    std::array<Costs, 3> along;
    for (int axis = 0; axis < 3; ++axis)
        along[static_cast<std::size_t>(axis)] = costs_along(axis, lengths, extent, stopwatch);
    FftCosts costs;
    for (const std::int64_t n : lengths)
        costs.lengths.push_back(
            {n, femtoseconds(along[0].at(n)), femtoseconds(along[1].at(n)), femtoseconds(along[2].at(n))});
    return costs;
}

std::vector<Trial> try_costs(const FftCosts& costs, const Extent& extent, Stopwatch& stopwatch) {
    const auto take = [&](Shape grid) {
        return Chosen{grid, stopwatch.seconds(grid), predicted_seconds(grid, costs).value()};
    };
    std::vector<Trial> trials;
    for (const Shape& least : shapes_to_try(extent)) {
        const Shape smallest = cheapest_grid(least, nullptr), cheapest = cheapest_grid(least, &costs);
        const Chosen by_smoothness = take(smallest);
        trials.push_back({least, by_smoothness, cheapest == smallest ? by_smoothness : take(cheapest)});
    }
    return trials;
}

Misses misses_of(const std::vector<Trial>& trials) {
    std::vector<double> misses;
    for (const Trial& trial : trials) misses.push_back(std::abs(trial.smallest.miss()));
    std::sort(misses.begin(), misses.end());
    return {misses.at(misses.size() / 2), misses.back()};
}

double gain_of(const std::vector<Trial>& trials) {
    double smallest = 0, cheapest = 0;
    for (const Trial& trial : trials) {
        smallest += trial.smallest.seconds;
        cheapest += trial.cheapest.seconds;
    }
    return smallest / cheapest;
}

}  // namespace planapo::bench
