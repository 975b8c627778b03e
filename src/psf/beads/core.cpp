// Shrinkage of the difference from a model, as James & Stein (1961) shrink towards a mean; the shares are local.
#include "core.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "../tails.hpp"

namespace planapo {
namespace {

/// 1 up to one FWHM from the middle, 0 from one and a half on, half a cosine's period between.
double weight_at(double distance_in_widths) {
    const double beyond = std::clamp(2 * (distance_in_widths - 1), 0.0, 1.0);
    return 0.5 + 0.5 * std::cos(std::numbers::pi * beyond);
}

std::array<double, 3> position(const Index3& offset, const Index3& reach) {
    std::array<double, 3> at{};
    for (int axis = 0; axis < 3; ++axis) at[axis] = static_cast<double>(offset[axis] + reach[axis]);
    return at;
}

}  // namespace

Cube without_noise_in_core(const Average& average, const GaussianSpot& gaussian) {
    const Cube& mean = average.mean;
    Cube difference(mean.reach);  // in standard errors
    std::size_t i = 0;
    for_each_offset(mean.reach, [&](const Index3& offset) {
        const double error = average.standard_error.values[i];
        const double model = gaussian.background + gaussian.at(position(offset, mean.reach));
        difference.values[i] = error > 0 ? (mean.values[i] - model) / error : 0;
        ++i;
    });
    const Volume<float> smooth = smooth_tails(difference.volume(), 1);
    Cube quiet = mean;
    i = 0;
    for_each_offset(mean.reach, [&](const Index3& offset) {
        const auto at = position(offset, mean.reach);
        const double weight = weight_at(distance_in_widths(at, gaussian.centre_px, gaussian.fwhm_px));
        quiet.values[i] -= weight * average.standard_error.values[i] * (difference.values[i] - smooth.data()[i]);
        ++i;
    });
    return quiet;
}

}  // namespace planapo
