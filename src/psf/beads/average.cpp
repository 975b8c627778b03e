#include "average.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "level.hpp"
#include "smooth.hpp"

namespace planapo {
namespace {

constexpr std::size_t enough_to_compare = 5;  // beads, so that their median distance from the median means something
constexpr double furthest_sd = 5;
// Beads differ by some per cent however bright they are: a bead ten times brighter than others does not count a
// hundred times.
constexpr double difference = 0.05;

struct Limits {
    double low = -std::numeric_limits<double>::infinity(), high = -low;
};

Limits limits_of(const std::vector<double>& values) {
    if (values.size() < enough_to_compare) return {};
    const double middle = median_of(values);
    std::vector<double> distances;
    for (const double value : values) distances.push_back(std::abs(value - middle));
    const double reach = furthest_sd * 1.4826 * median_of(std::move(distances));
    return {middle - reach, middle + reach};
}

/// Mean, and its variance from the scatter; of one bead, from its noise.
struct Estimate {
    double mean = 0, variance = 0;
};

Estimate estimate(const std::vector<double>& values, const std::vector<double>& weights, double noise_variance) {
    const Limits limits = limits_of(values);
    double total = 0, sum = 0, squares = 0, taken = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] < limits.low || values[i] > limits.high) continue;
        total += weights[i];
        sum += weights[i] * values[i];
        ++taken;
    }
    const double mean = sum / total;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] >= limits.low && values[i] <= limits.high)
            squares += std::pow(weights[i] * (values[i] - mean), 2);
    if (taken < enough_to_compare) return {mean, noise_variance};
    return {mean, squares / (total * total) * taken / (taken - 1)};
}

}  // namespace

Average average(const std::vector<AlignedBead>& beads) {
    const Index3 reach = beads.front().cube.reach;
    Average result{Cube(reach), Cube(reach)};
    std::vector<double> weights, values(beads.size());
    double total = 0, noise_variance = 0;
    for (const AlignedBead& bead : beads) {
        weights.push_back(1 / (bead.noise * bead.noise + difference * difference));
        total += weights.back();
        noise_variance += std::pow(weights.back() * bead.noise, 2);
    }
    noise_variance /= total * total;
    Cube variance(reach);
    for (std::size_t i = 0; i < result.mean.values.size(); ++i) {
        for (std::size_t k = 0; k < beads.size(); ++k) values[k] = beads[k].cube.values[i];
        const Estimate found = estimate(values, weights, noise_variance);
        result.mean.values[i] = found.mean;
        variance.values[i] = found.variance;
    }
    const Volume<float> even = box_mean(variance.volume(), {2, 2, 2});
    for (std::size_t i = 0; i < variance.values.size(); ++i)
        result.standard_error.values[i] = std::sqrt(even.data()[i]);
    return result;
}

}  // namespace planapo
