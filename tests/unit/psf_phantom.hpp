// Beads of known width, position, background and noise: analytic Gaussians integrated over each voxel.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <random>
#include <vector>

#include <planapo/psf.hpp>
#include <planapo/volume.hpp>

namespace planapo::test {

using Triple = std::array<double, 3>;

inline const double fwhm_per_sd = std::sqrt(8 * std::numbers::ln2);

struct Bead {
    Shape shape;
    Triple centre_px, fwhm_px;  // FWHM before the voxels integrate
    double light = 1;           // the sum of the whole Gaussian
    double background = 0, noise_sd = 0;
    unsigned seed = 1;
};

/// The Gaussian's share between two positions on an axis.
inline double share(double from, double to, double centre, double sd) {
    const double scale = 1 / (sd * std::numbers::sqrt2);
    return 0.5 * (std::erf((to - centre) * scale) - std::erf((from - centre) * scale));
}

inline Volume<float> image_of(const Bead& bead) {
    Volume<float> volume(bead.shape);
    std::mt19937 random(bead.seed);
    std::normal_distribution<double> noise(0, 1);
    const View<float> out = volume.view();
    const auto along = [&](int axis, std::int64_t i, std::int64_t size) {
        const auto position = static_cast<double>(i);
        return size == 1
                   ? 1
                   : share(position - 0.5, position + 0.5, bead.centre_px[axis], bead.fwhm_px[axis] / fwhm_per_sd);
    };
    for (std::int64_t z = 0; z < bead.shape.z; ++z)
        for (std::int64_t y = 0; y < bead.shape.y; ++y)
            for (std::int64_t x = 0; x < bead.shape.x; ++x) {
                const double value = along(0, z, bead.shape.z) * along(1, y, bead.shape.y) * along(2, x, bead.shape.x);
                out(z, y, x) = static_cast<float>(bead.light * value + bead.background + bead.noise_sd * noise(random));
            }
    return volume;
}

inline Volume<float> volume_of(Shape shape, const std::vector<float>& values) {
    Volume<float> volume(shape);
    std::copy_n(values.begin(), shape.voxels(), volume.data());
    return volume;
}

inline Volume<float> flipped(View<const float> volume, int axis) {
    Volume<float> out(volume.shape());
    const Shape& n = volume.shape();
    for (std::int64_t z = 0; z < n.z; ++z)
        for (std::int64_t y = 0; y < n.y; ++y)
            for (std::int64_t x = 0; x < n.x; ++x)
                out.view()(z, y, x) =
                    volume(axis == 0 ? n.z - 1 - z : z, axis == 1 ? n.y - 1 - y : y, axis == 2 ? n.x - 1 - x : x);
    return out;
}

inline double largest_difference(View<const float> a, View<const float> b) {
    if (!(a.shape() == b.shape())) return INFINITY;
    double largest = 0;
    for (std::int64_t z = 0; z < a.shape().z; ++z)
        for (std::int64_t y = 0; y < a.shape().y; ++y)
            for (std::int64_t x = 0; x < a.shape().x; ++x) {
                const double difference = std::abs(static_cast<double>(a(z, y, x)) - b(z, y, x));
                if (!(difference <= largest)) largest = difference;  // a NaN stays
            }
    return largest;
}

/// Sum, centroid relative to the voxel n / 2, and standard deviations (px).
struct Moments {
    double sum = 0, least = INFINITY, most = -INFINITY;
    Triple offset{}, sd{};
};

inline Moments moments(View<const float> volume) {
    Moments m;
    Triple first{}, second{};
    const Shape& n = volume.shape();
    for (std::int64_t z = 0; z < n.z; ++z)
        for (std::int64_t y = 0; y < n.y; ++y)
            for (std::int64_t x = 0; x < n.x; ++x) {
                const double value = volume(z, y, x);
                const std::array<std::int64_t, 3> from_origin{z - n.z / 2, y - n.y / 2, x - n.x / 2};
                m.sum += value;
                m.least = std::min(m.least, value);
                m.most = std::max(m.most, value);
                for (int axis = 0; axis < 3; ++axis) {
                    const auto distance = static_cast<double>(from_origin[axis]);
                    first[axis] += value * distance;
                    second[axis] += value * distance * distance;
                }
            }
    for (int axis = 0; axis < 3; ++axis) {
        m.offset[axis] = first[axis] / m.sum;
        m.sd[axis] = std::sqrt(second[axis] / m.sum - m.offset[axis] * m.offset[axis]);
    }
    return m;
}

}  // namespace planapo::test
