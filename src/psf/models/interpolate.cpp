// Means over pixels and pinholes, by Gauss-Legendre quadrature over points that are interpolated.
#include "interpolate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "quadrature.hpp"

namespace planapo {
namespace {

/// Lagrange's weights of the points -2 ... 3 at `t` in [0, 1].
std::array<double, 6> lagrange(double t) {
    const double a = t + 2, b = t + 1, c = t, d = t - 1, e = t - 2, f = t - 3;
    return {-b * c * d * e * f / 120, a * c * d * e * f / 24,  -a * b * d * e * f / 12,
            a * b * c * e * f / 12,   -a * b * c * d * f / 24, a * b * c * d * e / 120};
}

/// Nodes for functions of this bandwidth over so many micrometres: half a node a radian, and four to begin with.
std::vector<Node> nodes_over(double length_um, double bandwidth_per_um) {
    return gauss_legendre(4 + static_cast<std::int64_t>(std::numbers::pi * bandwidth_per_um * length_um));
}

}  // namespace

RadialSumBuilder::RadialSumBuilder(double step_um, double nearest_um, double furthest_um) : step_um_(step_um) {
    sum_.first = std::max<std::int64_t>(0, static_cast<std::int64_t>(nearest_um / step_um) - 2);
    const auto last = static_cast<std::int64_t>(furthest_um / step_um) + interpolation_margin;
    sum_.weights.assign(last - sum_.first + 1, 0.0);
}

void RadialSumBuilder::add(double radius_um, double weight) {
    const double place = radius_um / step_um_;
    const auto below = static_cast<std::int64_t>(place);
    const std::array<double, 6> values = lagrange(place - static_cast<double>(below));
    for (std::int64_t i = 0; i < 6; ++i) sum_.weights[std::abs(below - 2 + i) - sum_.first] += weight * values[i];
}

RadialSum mean_over(const Rectangle& pixel, double step_um, double bandwidth_per_um) {
    const double y = pixel.height_um / 2, x = pixel.width_um / 2;
    const double nearest = std::hypot(std::max(pixel.middle_y_um - y, 0.0), std::max(pixel.middle_x_um - x, 0.0));
    RadialSumBuilder builder(step_um, nearest, std::hypot(pixel.middle_y_um + y, pixel.middle_x_um + x));
    const auto columns = nodes_over(pixel.width_um, bandwidth_per_um);
    for (const Node& row : nodes_over(pixel.height_um, bandwidth_per_um))
        for (const Node& column : columns)
            builder.add(std::hypot(pixel.middle_y_um + y * row.at, pixel.middle_x_um + x * column.at),
                        row.weight * column.weight / 4);
    return std::move(builder).sum();
}

RadialSum mean_over(const Disc& disc, double step_um, double bandwidth_per_um) {
    RadialSumBuilder builder(step_um, std::max(disc.middle_um - disc.radius_um, 0.0), disc.middle_um + disc.radius_um);
    const auto rings = nodes_over(disc.radius_um, bandwidth_per_um);
    // Equal angles integrate what is periodic best; those of the lower half mirror these.
    const auto angles = 8 + static_cast<std::int64_t>(4 * std::numbers::pi * bandwidth_per_um * disc.radius_um);
    for (const Node& ring : rings) {
        const double radius = disc.radius_um * (ring.at + 1) / 2;
        const double weight = ring.weight * (ring.at + 1) / 2 / static_cast<double>(angles);
        for (std::int64_t k = 0; k < angles; ++k) {
            const double angle = std::numbers::pi * (static_cast<double>(k) + 0.5) / static_cast<double>(angles);
            builder.add(std::hypot(disc.middle_um + radius * std::cos(angle), radius * std::sin(angle)), weight);
        }
    }
    return std::move(builder).sum();
}

}  // namespace planapo
