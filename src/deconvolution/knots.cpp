#include "knots.hpp"

#include <algorithm>

namespace planapo {

std::vector<double> knot_positions(const std::vector<double>& given, std::int64_t knots, std::int64_t voxels) {
    if (!given.empty()) return given;
    std::vector<double> even(static_cast<std::size_t>(knots), 0.0);
    const double last = static_cast<double>(voxels - 1),
                 steps = static_cast<double>(std::max<std::int64_t>(knots - 1, 1));
    for (std::size_t i = 0; i < even.size(); ++i) even[i] = last * static_cast<double>(i) / steps;
    return even;
}

Place place_among(const std::vector<double>& knots, double position) {
    const auto above = std::upper_bound(knots.begin(), knots.end(), position);
    if (above == knots.begin()) return {0, 0, 0};
    const auto knot = static_cast<std::int32_t>(above - knots.begin() - 1);
    if (above == knots.end()) return {0, knot, 0};
    return {0, knot, static_cast<float>((position - *(above - 1)) / (*above - *(above - 1)))};
}

std::vector<Place> places_on_grid(const std::vector<double>& knots, std::int64_t core, std::int64_t grid,
                                  std::int64_t before) {
    std::vector<Place> places;
    for (std::int64_t i = 0; i < grid; ++i) {
        const std::int64_t unrolled = i < grid - before ? i : i - grid, period = 2 * core;
        const std::int64_t folded = (unrolled % period + period) % period;
        places.push_back(place_among(knots, static_cast<double>(std::min(folded, period - 1 - folded))));
        places.back().voxel = static_cast<std::int32_t>(i);
    }
    return places;
}

Volume<float> hat(Shape knots, std::int64_t index) {
    Volume<float> lattice(knots);
    std::fill_n(lattice.data(), knots.voxels(), 0.f);
    lattice.data()[index] = 1;
    return lattice;
}

}  // namespace planapo
