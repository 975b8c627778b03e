// The background's level and noise: a sigma-clipped mean, as in aperture photometry (Stetson 1987, doi:10.1086/131977).
#include "background.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace planapo {
namespace {

constexpr std::size_t fewest_voxels = 50;
constexpr double mad_to_sd = 1.4826;  // of a normal distribution

using Choice = std::function<bool(const Index3&)>;

std::vector<float> voxels_where(View<const float> measured, const Choice& chosen) {
    std::vector<float> values;
    const Shape& shape = measured.shape();
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x)
                if (chosen({z, y, x})) values.push_back(measured(z, y, x));
    return values;
}

/// The value that `share` of the values lie below; reorders them.
double quantile(std::vector<float>& values, double share) {
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), nth, values.end());
    return *nth;
}

double median_distance(const std::vector<float>& values, double centre) {
    std::vector<float> distances(values.size());
    std::transform(values.begin(), values.end(), distances.begin(),
                   [&](float value) { return static_cast<float>(std::abs(value - centre)); });
    return quantile(distances, 0.5);
}

double mean_within(const std::vector<float>& values, double centre, double reach) {
    double sum = 0, count = 0;
    for (const float value : values) {
        if (std::abs(value - centre) > reach) continue;
        sum += value;
        ++count;
    }
    return sum / count;
}

/// Noise scatters both ways, a PSF's tails only upwards: without a lower wing the values are tails, and not to be taken
/// away.
Background estimate(std::vector<float> values, View<const float> measured) {
    Background found;
    found.voxels = static_cast<std::int64_t>(values.size());
    const double median = quantile(values, 0.5);
    found.noise_sd = mad_to_sd * median_distance(values, median);
    // A normal sample of 50 has its minimum 2.2 sd below the median; exponential and uniform ones never pass 1.4.
    found.tails_only = median - quantile(values, 0.001) < 1.75 * found.noise_sd;
    found.level = mean_within(values, median, 3 * found.noise_sd);
    if (!found.tails_only) return found;
    const std::vector<float> all = voxels_where(measured, [](const Index3&) { return true; });
    found.level = std::max(0.f, *std::min_element(all.begin(), all.end()));
    found.noise_sd = 0;
    return found;
}

}  // namespace

bool Box::holds(const Index3& voxel) const {
    for (int axis = 0; axis < 3; ++axis)
        if (voxel[axis] < first[axis] || voxel[axis] > last[axis]) return false;
    return true;
}

bool on_rim(const Index3& voxel, const Shape& shape) {
    const Index3 size = extents(shape);
    for (int axis = 0; axis < 3; ++axis)
        if (size[axis] > 2 && (voxel[axis] == 0 || voxel[axis] == size[axis] - 1)) return true;
    return false;
}

Background background_of_window(View<const float> measured) {
    const std::vector<float> rim =
        voxels_where(measured, [&](const Index3& voxel) { return on_rim(voxel, measured.shape()); });
    if (rim.empty()) return {};
    const Background of_rim = estimate(rim, measured);
    const Background of_all = estimate(voxels_where(measured, [](const Index3&) { return true; }), measured);
    return of_all.level < of_rim.level ? of_all : of_rim;
}

Background background_around(View<const float> measured, const Box& inner, const Box& outer,
                             const Background& fallback) {
    const std::vector<float> ring =
        voxels_where(measured, [&](const Index3& voxel) { return outer.holds(voxel) && !inner.holds(voxel); });
    return ring.size() < fewest_voxels ? fallback : estimate(ring, measured);
}

}  // namespace planapo
