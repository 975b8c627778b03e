// Where a point is brightest: sought where rays come to a focus, then between its neighbours, ever closer.
#include "focus.hpp"

#include <algorithm>
#include <cmath>

#include "../../message.hpp"

namespace planapo {
namespace {

/// `steps` to either side of the middle.
std::vector<double> around(double middle, double step, std::int64_t steps) {
    std::vector<double> positions;
    for (std::int64_t i = -steps; i <= steps; ++i) positions.push_back(middle + static_cast<double>(i) * step);
    return positions;
}

double brightest_of(const Recipe& recipe, const std::vector<double>& positions) {
    const RadialTable axis = recipe.intensity({1 / (16 * recipe.bandwidth_per_um), 1, positions});
    std::size_t best = 0;
    for (std::size_t i = 1; i < positions.size(); ++i)
        if (*axis.plane(i) > *axis.plane(best)) best = i;
    return positions[best];
}

}  // namespace

double brightest_um(const Recipe& recipe) {
    const FocalSpan span = focal_span(recipe.layers);
    const double length = recipe.layers.axial_length_um();
    require(
        span.last - span.first < 2e3 * length,
        "The rays' foci are spread over {:.4g} um, {:.0f} times the depth of field: check that thicknesses and depth "
        "are in micrometres, and the indices of refraction.",
        span.last - span.first, (span.last - span.first) / length);
    // An axial maximum is about a length wide.
    double step = length / 8;
    const auto steps = static_cast<std::int64_t>(std::ceil(((span.last - span.first) / 2 + length) / step));
    double best = brightest_of(recipe, around((span.first + span.last) / 2, step, steps));
    for (int round = 0; round < 9; ++round) {
        step /= 4;
        best = brightest_of(recipe, around(best, step, 4));
    }
    return best;
}

}  // namespace planapo
