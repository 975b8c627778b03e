// Volumes to test with, on the host, made from a seed; and how far two of them lie apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include <planapo/volume.hpp>

namespace planapo::testing {

template <typename Visit>
void for_each_voxel(Shape shape, Visit visit) {
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) visit(z, y, x);
}

/// f(z, y, x) at every voxel.
template <typename Function>
Volume<float> volume_of(Shape shape, Function f) {
    Volume<float> volume(shape);
    const View<float> view = volume;
    for_each_voxel(shape, [&](auto z, auto y, auto x) { view(z, y, x) = static_cast<float>(f(z, y, x)); });
    return volume;
}

inline Volume<float> constant_volume(Shape shape, float value) {
    return volume_of(shape, [=](auto...) { return value; });
}

/// NaN everywhere: a voxel that nobody wrote shows.
inline Volume<float> nan_volume(Shape shape) { return constant_volume(shape, std::numeric_limits<float>::quiet_NaN()); }

/// Uniform in [low, high).
inline Volume<float> random_volume(Shape shape, unsigned seed, float low = 0.f, float high = 1.f) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<float> uniform(low, high);
    return volume_of(shape, [&](auto...) { return uniform(generator); });
}

/// A Gaussian of the given sigmas with its centre at the origin n / 2 plus an offset: lopsided where that is not 0. Not
/// normalised.
inline Volume<float> gaussian_volume(Shape shape, double sigma_z, double sigma_y, double sigma_x, double offset = 0) {
    const auto term = [=](std::int64_t i, std::int64_t n, double sigma) {
        const double d = (static_cast<double>(i - n / 2) - offset) / sigma;
        return d * d / 2;
    };
    return volume_of(shape, [=](auto z, auto y, auto x) {
        return std::exp(-term(z, shape.z, sigma_z) - term(y, shape.y, sigma_y) - term(x, shape.x, sigma_x));
    });
}

inline double sum_of(View<const float> volume) {
    double sum = 0;
    for_each_voxel(volume.shape(), [&](auto z, auto y, auto x) { sum += volume(z, y, x); });
    return sum;
}

inline float peak_of(View<const float> volume) {
    float peak = std::numeric_limits<float>::lowest();
    for_each_voxel(volume.shape(), [&](auto z, auto y, auto x) { peak = std::max(peak, volume(z, y, x)); });
    return peak;
}

/// The largest difference of two volumes; infinite if a voxel is NaN.
inline double largest_difference(View<const float> a, View<const float> b) {
    double largest = 0;
    for_each_voxel(a.shape(), [&](auto z, auto y, auto x) {
        const double difference = std::abs(static_cast<double>(a(z, y, x)) - b(z, y, x));
        largest = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(largest, difference);
    });
    return largest;
}

/// A part of a volume, copied.
inline Volume<float> part_of(View<const float> volume, Shape first, Shape shape) {
    return volume_of(shape, [&](auto z, auto y, auto x) { return volume(first.z + z, first.y + y, first.x + x); });
}

}  // namespace planapo::testing
