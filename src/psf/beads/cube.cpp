#include "cube.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace planapo {
namespace {

/// Weights of the voxels at distances -(n - 1) ... n - 1 from a position `shift` away: Dirichlet's kernel
/// (1 + 2 sum cos(2 pi k t / n)) / n, or minus its slope.
std::vector<double> weights_at(std::int64_t n, double shift, Moved what) {
    std::vector<double> weights(2 * n - 1);
    for (std::int64_t i = 0; i < 2 * n - 1; ++i) {
        const double angle = 2 * std::numbers::pi * (static_cast<double>(i - n + 1) - shift) / static_cast<double>(n);
        double sum = what == Moved::value ? 0.5 : 0;
        for (std::int64_t k = 1; k <= n / 2; ++k) {
            const auto frequency = static_cast<double>(k);
            sum += what == Moved::value
                       ? std::cos(frequency * angle)
                       : 2 * std::numbers::pi * frequency / static_cast<double>(n) * std::sin(frequency * angle);
        }
        weights[i] = 2 * sum / static_cast<double>(n);
    }
    return weights;
}

/// One axis: `outer` blocks of n lines' elements, `stride` apart; the middle 2 reach + 1 stay.
std::vector<double> along_axis(const std::vector<double>& in, std::int64_t n, std::int64_t stride, std::int64_t reach,
                               const std::vector<double>& weights) {
    const std::int64_t outer = static_cast<std::int64_t>(in.size()) / (n * stride), rows = 2 * reach + 1;
    std::vector<double> out(outer * rows * stride, 0.0);
    for (std::int64_t o = 0; o < outer; ++o)
        for (std::int64_t i = 0; i < rows; ++i) {
            const std::int64_t place = i + n / 2 - reach;
            double* to = out.data() + (o * rows + i) * stride;
            for (std::int64_t j = 0; j < n; ++j) {
                const double weight = weights[place - j + n - 1];
                const double* from = in.data() + (o * n + j) * stride;
                for (std::int64_t s = 0; s < stride; ++s) to[s] += weight * from[s];
            }
        }
    return out;
}

}  // namespace

Cube::Cube(const Index3& reach_px) : reach(reach_px), values(shape().voxels(), 0.0) {}

Volume<float> Cube::volume() const {
    Volume<float> out(shape());
    std::transform(values.begin(), values.end(), out.data(), [](double value) { return static_cast<float>(value); });
    return out;
}

Cube moved(const Cube& cube, const std::array<double, 3>& shift_px, const Index3& reach,
           const std::array<Moved, 3>& what) {
    Cube out;
    out.reach = reach;
    out.values = cube.values;
    std::int64_t stride = cube.shape().voxels();
    // z first: its lines lie side by side in whole planes, and what it cuts off the others need not move.
    for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t n = 2 * cube.reach[axis] + 1;
        stride /= n;
        out.values = along_axis(out.values, n, stride, reach[axis], weights_at(n, shift_px[axis], what[axis]));
    }
    return out;
}

}  // namespace planapo
