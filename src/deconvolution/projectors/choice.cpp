#include "choice.hpp"

#include <algorithm>
#include <cmath>

namespace planapo {

namespace {

bool has_alpha(Method method) {
    return method == Method::wiener_butterworth || method == Method::wiener || method == Method::omw;
}

bool has_beta(Method method) { return method == Method::wiener_butterworth || method == Method::butterworth; }

/// Of an image of which nothing is known.
constexpr double moderate_ratio = 10;

/// About the best for one to three iterations, whatever the object (docs/algorithms.md has the sweep). Below 0.001 it
/// is no longer noise that limits a restoration but how well the PSF is known.
double alpha_for(double signal_to_noise) {
    constexpr double at_ratio_one = 0.01, falls_with = 0.8, least = 1e-3, most = 0.02;
    const double tenths_of_a_decade = std::round(10 * std::log10(std::max(signal_to_noise, 0.01)));
    return std::clamp(at_ratio_one * std::pow(10, -falls_with * tenths_of_a_decade / 10), least, most);
}

/// Within Wiener's filter, 0.8 is as good as any at every ratio; alone, a Butterworth filter is all that keeps noise
/// out.
double beta_of(Method method) { return method == Method::butterworth ? 0.1 : 0.8; }

}  // namespace

bool left_to_choose(const ProjectorOptions& given, Method method) { return has_alpha(method) && !given.alpha; }

ProjectorOptions choose(const ProjectorOptions& given, Method method, std::optional<double> signal_to_noise) {
    ProjectorOptions chosen{{}, {}, given.order};
    if (has_alpha(method)) chosen.alpha = given.alpha.value_or(alpha_for(signal_to_noise.value_or(moderate_ratio)));
    if (has_beta(method)) chosen.beta = given.beta.value_or(beta_of(method));
    return chosen;
}

}  // namespace planapo
