// The sub-pixel centre of a PSF: a Gaussian fitted to its core, or the centroid of its core.
#include "centre.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <vector>

#include "solve.hpp"

namespace planapo {
namespace {

using Position = std::array<double, 3>;

template <typename Visit>
void for_each_near(const Shape& shape, const Index3& middle, const Index3& reach, Visit visit) {
    const Index3 size = extents(shape);
    const auto from = [&](int axis) { return std::max<std::int64_t>(middle[axis] - reach[axis], 0); };
    const auto to = [&](int axis) { return std::min(middle[axis] + reach[axis], size[axis] - 1); };
    for (std::int64_t z = from(0); z <= to(0); ++z)
        for (std::int64_t y = from(1); y <= to(1); ++y)
            for (std::int64_t x = from(2); x <= to(2); ++x) visit(Index3{z, y, x});
}

/// The terms of a quadratic in the axes that can be fitted: 1, d_i, then d_i d_j for j >= i.
Row quadratic_terms(const std::vector<double>& d) {
    Row terms{1};
    terms.insert(terms.end(), d.begin(), d.end());
    for (std::size_t i = 0; i < d.size(); ++i)
        for (std::size_t j = i; j < d.size(); ++j) terms.push_back(d[i] * d[j]);
    return terms;
}

/// Where the quadratic is stationary, relative to the peak voxel; empty where that is no maximum.
std::optional<Row> top_of(const Row& fit, std::size_t axes) {
    std::vector<Row> system(axes, Row(axes + 1));
    std::size_t term = 1 + axes;
    for (std::size_t i = 0; i < axes; ++i) {
        system[i][axes] = -fit[1 + i];
        for (std::size_t j = i; j < axes; ++j, ++term) {
            if (i == j && !(fit[term] < 0)) return std::nullopt;
            system[i][j] += fit[term];
            system[j][i] += fit[term];
        }
    }
    return solve(system);
}

/// The centroid of the two voxels on an axis that has no more.
double balance_of_two(View<const float> signal, const Index3& peak, int axis) {
    Index3 first = peak, second = peak;
    first[axis] = 0;
    second[axis] = 1;
    const double one = std::max(0.f, at(signal, first)), two = std::max(0.f, at(signal, second));
    return two / (one + two);
}

/// Logarithms fitted by a quadratic, weighted by the squared value so that the noise of faint voxels does not count
/// (Guo 2011, doi:10.1109/MSP.2011.941846). Empty where the core is no hill.
std::optional<Position> fitted_top(View<const float> signal, const Index3& peak, const Position& width_px) {
    std::vector<int> axes;
    Index3 reach{};
    for (int axis = 0; axis < 3; ++axis) {
        reach[axis] = std::max<std::int64_t>(1, std::llround(0.75 * width_px[axis]));
        if (extents(signal.shape())[axis] > 2) axes.push_back(axis);
    }
    const std::size_t terms = 1 + axes.size() + axes.size() * (axes.size() + 1) / 2;
    std::vector<Row> normal(terms, Row(terms + 1));
    const double brightest = at(signal, peak);
    for_each_near(signal.shape(), peak, reach, [&](const Index3& voxel) {
        const double value = at(signal, voxel) / brightest;
        if (!(value > 0.2)) return;
        std::vector<double> d;
        for (const int axis : axes) d.push_back(static_cast<double>(voxel[axis] - peak[axis]));
        const Row row = quadratic_terms(d);
        for (std::size_t i = 0; i < terms; ++i) {
            for (std::size_t j = 0; j < terms; ++j) normal[i][j] += value * value * row[i] * row[j];
            normal[i][terms] += value * value * row[i] * std::log(value);
        }
    });
    const std::optional<Row> fit = solve(normal);
    const std::optional<Row> top = fit ? top_of(*fit, axes.size()) : std::nullopt;
    if (!top) return std::nullopt;
    Position centre{};
    for (int axis = 0; axis < 3; ++axis)
        centre[axis] =
            extents(signal.shape())[axis] == 2 ? balance_of_two(signal, peak, axis) : static_cast<double>(peak[axis]);
    for (std::size_t i = 0; i < axes.size(); ++i) {
        if (std::abs((*top)[i]) > std::max(1.0, 0.5 * width_px[axes[i]]))
            return std::nullopt;  // not the hill that we stand on
        centre[axes[i]] += (*top)[i];
    }
    return centre;
}

/// The centroid under a Gaussian window as wide as the core (sd = one FWHM) that follows it until it rests: the
/// window's edge neither pulls nor collects the noise of the far field.
Position windowed_centroid(View<const float> signal, const Index3& peak, const Position& width_px) {
    Position centre{}, moment{};
    Index3 reach{};
    for (int axis = 0; axis < 3; ++axis) {
        centre[axis] = static_cast<double>(peak[axis]);
        reach[axis] = static_cast<std::int64_t>(std::ceil(3 * width_px[axis])) + 1;
    }
    for (int round = 0; round < 20; ++round) {
        double mass = 0;
        moment = {};
        for_each_near(signal.shape(), peak, reach, [&](const Index3& voxel) {
            double exponent = 0;
            for (int axis = 0; axis < 3; ++axis)
                exponent += std::pow((static_cast<double>(voxel[axis]) - centre[axis]) / width_px[axis], 2);
            const double weighted = std::exp(-0.5 * exponent) * at(signal, voxel);
            mass += weighted;
            for (int axis = 0; axis < 3; ++axis)
                moment[axis] += weighted * (static_cast<double>(voxel[axis]) - centre[axis]);
        });
        for (int axis = 0; axis < 3; ++axis) {
            const double furthest = static_cast<double>(reach[axis]);
            const double moved = centre[axis] + moment[axis] / mass - static_cast<double>(peak[axis]);
            centre[axis] = static_cast<double>(peak[axis]) + std::clamp(moved, -furthest, furthest);
        }
    }
    return centre;
}

}  // namespace

Index3 brightest_spot(View<const float> signal) {
    Index3 spot{};
    double best = -std::numeric_limits<double>::infinity();
    const Shape& shape = signal.shape();
    for_each_near(shape, {0, 0, 0}, extents(shape), [&](const Index3& voxel) {
        double sum = 0;
        for_each_near(shape, voxel, {1, 1, 1}, [&](const Index3& neighbour) { sum += at(signal, neighbour); });
        if (sum > best) {
            best = sum;
            spot = voxel;
        }
    });
    Index3 brightest = spot;
    for_each_near(shape, spot, {1, 1, 1}, [&](const Index3& voxel) {
        if (at(signal, voxel) > at(signal, brightest)) brightest = voxel;
    });
    return brightest;
}

Position centre_of(View<const float> signal, const Index3& peak, const Position& width_px, PsfCentre centre) {
    if (centre == PsfCentre::none) {
        const Index3 size = extents(signal.shape());
        return {static_cast<double>(size[0] / 2), static_cast<double>(size[1] / 2), static_cast<double>(size[2] / 2)};
    }
    const std::optional<Position> top = centre == PsfCentre::peak ? fitted_top(signal, peak, width_px) : std::nullopt;
    return top ? *top : windowed_centroid(signal, peak, width_px);
}

}  // namespace planapo
