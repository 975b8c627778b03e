// Tails without noise and without an end: the local-statistics filter of Lee (1980, doi:10.1109/TPAMI.1980.4766994),
// and a fade.
#include "tails.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

namespace planapo {
namespace {

constexpr std::int64_t reach =
    2;  // 125 voxels bring noise down elevenfold; the filter stays off within 2 voxels of the core

/// Sums over 2 reach + 1 voxels along one axis, fewer at the borders. In place.
void sum_along(std::vector<double>& values, std::int64_t size, std::int64_t stride) {
    std::vector<double> line(size);
    const std::int64_t lines = static_cast<std::int64_t>(values.size()) / size;
    for (std::int64_t l = 0; l < lines; ++l) {
        double* first = values.data() + l / stride * size * stride + l % stride;
        for (std::int64_t i = 0; i < size; ++i) {
            line[i] = 0;
            for (std::int64_t j = std::max<std::int64_t>(i - reach, 0); j <= std::min(i + reach, size - 1); ++j)
                line[i] += first[j * stride];
        }
        for (std::int64_t i = 0; i < size; ++i) first[i * stride] = line[i];
    }
}

std::vector<double> box_sums(std::vector<double> values, const Shape& shape) {
    sum_along(values, shape.x, 1);
    sum_along(values, shape.y, shape.x);
    sum_along(values, shape.z, shape.x * shape.y);
    return values;
}

}  // namespace

Volume<float> smooth_tails(View<const float> signal, double noise_sd) {
    const Shape& shape = signal.shape();
    std::vector<double> values, squares;
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            values.insert(values.end(), signal.row(z, y), signal.row(z, y) + shape.x);
    squares.resize(values.size());
    std::transform(values.begin(), values.end(), squares.begin(), [](double value) { return value * value; });
    const std::vector<double> counts = box_sums(std::vector<double>(values.size(), 1.0), shape);
    const std::vector<double> sums = box_sums(values, shape), sums_of_squares = box_sums(std::move(squares), shape);
    Volume<float> out(shape);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double mean = sums[i] / counts[i];
        const double variance = sums_of_squares[i] / counts[i] - mean * mean;
        // The variance of 125 voxels of noise scatters by an eighth: up to one and a half times the noise's it counts
        // as nothing else.
        const double noise_share = std::min(1.0, 1.5 * noise_sd * noise_sd / variance);
        // Squared, so that a core at a signal-to-noise ratio of 20 is moved by 1e-4 and not by 1e-2.
        out.data()[i] = static_cast<float>(values[i] + noise_share * noise_share * (mean - values[i]));
    }
    return out;
}

Index3 fade_px(const std::array<double, 3>& width_px) {
    Index3 fade{};
    for (int axis = 0; axis < 3; ++axis) fade[axis] = std::max<std::int64_t>(2, std::llround(width_px[axis]));
    return fade;
}

void fade_out(View<float> signal, const Index3& middle, const Index3& held, const Index3& fade) {
    const Index3 size = extents(signal.shape());
    std::array<std::vector<double>, 3> weights;
    for (int axis = 0; axis < 3; ++axis)
        for (std::int64_t i = 0; i < size[axis]; ++i) {
            const auto beyond =
                static_cast<double>(std::abs(i - middle[axis]) - held[axis]) / static_cast<double>(fade[axis] + 1);
            weights[axis].push_back(0.5 + 0.5 * std::cos(std::numbers::pi * std::clamp(beyond, 0.0, 1.0)));
        }
    for (std::int64_t z = 0; z < size[0]; ++z)
        for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t x = 0; x < size[2]; ++x)
                signal(z, y, x) *= static_cast<float>(weights[0][z] * weights[1][y] * weights[2][x]);
}

}  // namespace planapo
