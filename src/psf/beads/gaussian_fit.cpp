#include "gaussian_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "../solve.hpp"

namespace planapo {
namespace {

using Triple = std::array<double, 3>;

const double fwhm_per_sd = std::sqrt(8 * std::numbers::ln2);
constexpr int most_steps = 60;

/// Peak, background, then centre and logarithm of the width (sd) of each axis longer than one voxel.
struct Parameters {
    std::vector<int> axes;
    Row values;

    double centre(std::size_t i) const { return values[2 + 2 * i]; }
    double sd(std::size_t i) const { return std::exp(values[3 + 2 * i]); }
};

Parameters parameters_of(const GaussianSpot& spot, const Shape& shape) {
    Parameters p{{}, {spot.peak, spot.background}};
    for (int axis = 0; axis < 3; ++axis) {
        if (extents(shape)[axis] == 1) continue;
        p.axes.push_back(axis);
        p.values.push_back(spot.centre_px[axis]);
        p.values.push_back(std::log(spot.fwhm_px[axis] / fwhm_per_sd));
    }
    return p;
}

GaussianSpot spot_of(const Parameters& p) {
    GaussianSpot spot{{}, {1, 1, 1}, p.values[0], p.values[1]};
    for (std::size_t i = 0; i < p.axes.size(); ++i) {
        spot.centre_px[p.axes[i]] = p.centre(i);
        spot.fwhm_px[p.axes[i]] = p.sd(i) * fwhm_per_sd;
    }
    return spot;
}

/// The sum of squared residuals; into `normal`, unless it is null, the normal equations of one step.
double squares(View<const float> image, const Box& box, const Parameters& p, std::vector<Row>* normal) {
    const std::size_t n = p.values.size();
    if (normal) normal->assign(n, Row(n + 1, 0.0));
    double sum = 0;
    Row slope(n);
    for (std::int64_t z = box.first[0]; z <= box.last[0]; ++z)
        for (std::int64_t y = box.first[1]; y <= box.last[1]; ++y)
            for (std::int64_t x = box.first[2]; x <= box.last[2]; ++x) {
                const Index3 voxel{z, y, x};
                double exponent = 0;
                for (std::size_t i = 0; i < p.axes.size(); ++i) {
                    const double distance = (static_cast<double>(voxel[p.axes[i]]) - p.centre(i)) / p.sd(i);
                    exponent += distance * distance;
                    slope[2 + 2 * i] = distance / p.sd(i);
                    slope[3 + 2 * i] = distance * distance;
                }
                slope[0] = std::exp(-0.5 * exponent);
                slope[1] = 1;
                for (std::size_t k = 2; k < n; ++k) slope[k] *= p.values[0] * slope[0];
                const double residual = image(z, y, x) - p.values[0] * slope[0] - p.values[1];
                sum += residual * residual;
                if (!normal) continue;
                for (std::size_t k = 0; k < n; ++k) {
                    for (std::size_t j = 0; j < n; ++j) (*normal)[k][j] += slope[k] * slope[j];
                    (*normal)[k][n] += slope[k] * residual;
                }
            }
    return sum;
}

/// Scaled to a diagonal of 1 + damping, so that the parameters' units do not matter.
std::optional<Row> damped_step(const std::vector<Row>& normal, double damping) {
    const std::size_t n = normal.size();
    Row scale(n);
    for (std::size_t k = 0; k < n; ++k) scale[k] = 1 / std::sqrt(std::max(normal[k][k], 1e-300));
    std::vector<Row> system = normal;
    for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t j = 0; j < n; ++j) system[k][j] *= scale[k] * scale[j];
        system[k][k] += damping;
        system[k][n] *= scale[k];
    }
    std::optional<Row> step = solve(std::move(system));
    if (step)
        for (std::size_t k = 0; k < n; ++k) (*step)[k] *= scale[k];
    return step;
}

bool is_hill_in(const GaussianSpot& spot, const Box& box, const std::vector<int>& axes) {
    if (!(spot.peak > 0)) return false;
    for (const int axis : axes) {
        const auto first = static_cast<double>(box.first[axis]), last = static_cast<double>(box.last[axis]);
        if (!(spot.centre_px[axis] > first - 1 && spot.centre_px[axis] < last + 1)) return false;
        if (!(spot.fwhm_px[axis] > 0.3 && spot.fwhm_px[axis] < 3 * (last - first + 1))) return false;
    }
    return true;
}

}  // namespace

double GaussianSpot::at(const Triple& position_px) const {
    double exponent = 0;
    for (int axis = 0; axis < 3; ++axis) exponent += std::pow((position_px[axis] - centre_px[axis]) / fwhm_px[axis], 2);
    return peak * std::exp(-4 * std::numbers::ln2 * exponent);
}

std::optional<GaussianSpot> fit_gaussian(View<const float> image, const Box& box, const GaussianSpot& start) {
    Parameters p = parameters_of(start, image.shape());
    std::vector<Row> normal;
    double sum = squares(image, box, p, &normal), damping = 1e-3;
    for (int tries = 0; tries < most_steps; ++tries) {
        const std::optional<Row> step = damped_step(normal, damping);
        if (!step) return std::nullopt;
        Parameters next = p;
        double largest = 0;  // in widths: of what counts, the positions and the widths
        for (std::size_t k = 0; k < next.values.size(); ++k) {
            next.values[k] += (*step)[k];
            if (k >= 2) largest = std::max(largest, std::abs((*step)[k]));
        }
        if (!is_hill_in(spot_of(next), box, p.axes) || !(squares(image, box, next, nullptr) <= sum)) {
            damping *= 10;
            if (damping > 1e8) break;
            continue;
        }
        p = next;
        damping = std::max(damping / 10, 1e-9);
        if (largest < 1e-4) break;
        sum = squares(image, box, p, &normal);
    }
    const GaussianSpot spot = spot_of(p);
    return is_hill_in(spot, box, p.axes) ? std::optional(spot) : std::nullopt;
}

Box box_around(const Shape& shape, const Triple& centre_px, const Triple& fwhm_px, double widths) {
    Box box;
    for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t size = extents(shape)[axis], middle = std::llround(centre_px[axis]);
        const auto reach = static_cast<std::int64_t>(std::ceil(widths * fwhm_px[axis]));
        box.first[axis] = std::clamp<std::int64_t>(middle - reach, 0, size - 1);
        box.last[axis] = std::clamp<std::int64_t>(middle + reach, 0, size - 1);
    }
    return box;
}

double distance_in_widths(const Triple& a, const Triple& b, const Triple& width_px) {
    double sum = 0;
    for (int axis = 0; axis < 3; ++axis) sum += std::pow((a[axis] - b[axis]) / width_px[axis], 2);
    return std::sqrt(sum);
}

}  // namespace planapo
