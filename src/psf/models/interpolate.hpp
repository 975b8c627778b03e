// Integrals over areas, of a function of the radius that is known on a grid of radii: weighted sums of its values.
#pragma once

#include <cstdint>
#include <vector>

namespace planapo {

/// The weights of a run of neighbouring radii.
struct RadialSum {
    std::int64_t first = 0;
    std::vector<double> weights;

    double of(const double* values) const {
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * values[first + i];
        return sum;
    }
};

/// How many radii beyond the largest one asked for the interpolation touches.
inline constexpr std::int64_t interpolation_margin = 3;

/// Collects points of an area, each interpolated from the six radii around it (Lagrange). The function is even, so
/// radii below 0 are those above it.
class RadialSumBuilder {
public:
    explicit RadialSumBuilder(double step_um, double nearest_um, double furthest_um);
    void add(double radius_um, double weight);
    RadialSum sum() && { return std::move(sum_); }

private:
    double step_um_;
    RadialSum sum_;
};

/// What a rectangle receives, per unit of its area. Grids are fine enough for functions of no higher frequency than
/// `bandwidth_per_um`.
struct Rectangle {
    double middle_y_um, middle_x_um, height_um, width_um;
};
RadialSum mean_over(const Rectangle& pixel, double step_um, double bandwidth_per_um);

/// The mean over a disc whose middle is so far from the axis.
struct Disc {
    double middle_um, radius_um;
};
RadialSum mean_over(const Disc& disc, double step_um, double bandwidth_per_um);

}  // namespace planapo
