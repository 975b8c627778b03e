#include "align.hpp"

#include <algorithm>
#include <cmath>

#include "../solve.hpp"

namespace planapo {
namespace {

using Triple = std::array<double, 3>;

constexpr double shining_widths = 2;        // how far another spot is bright
constexpr double counting_share = 0.25;     // of the bead's peak: what is dimmer may be its own side lobe
constexpr double furthest_px = 2;           // from where the Gaussian's fit put the bead
constexpr double background_widths = 1.75;  // beyond which little of a bead's light lies
constexpr int most_steps = 8;

std::int64_t index_in(const Cube& cube, const Index3& offset) {
    const Shape shape = cube.shape();
    return ((offset[0] + cube.reach[0]) * shape.y + offset[1] + cube.reach[1]) * shape.x + offset[2] + cube.reach[2];
}

bool inside(const Index3& voxel, const Shape& shape) {
    for (int axis = 0; axis < 3; ++axis)
        if (voxel[axis] < 0 || voxel[axis] >= extents(shape)[axis]) return false;
    return true;
}

/// The PSF where the window has it, and its slopes against the shift along the axes.
struct Terms {
    Cube psf;
    std::vector<int> axes;
    std::vector<Cube> slopes;
};

Terms terms_of(const Cube& psf, const Triple& offset_px, const Index3& core) {
    Terms terms{moved(psf, offset_px, core), {}, {}};
    for (int axis = 0; axis < 3; ++axis) {
        if (psf.reach[axis] == 0) continue;
        std::array<Moved, 3> what{};
        what[axis] = Moved::slope;
        terms.axes.push_back(axis);
        terms.slopes.push_back(moved(psf, offset_px, core, what));
    }
    return terms;
}

/// Of recorded = background + peak * psf + slopes * (peak * step): linear in all unknowns. Also the mean squared
/// residual of the window as it is.
std::optional<Row> unknowns_of(Window& window, const Terms& terms) {
    const std::size_t n = 2 + terms.axes.size();
    std::vector<Row> normal(n, Row(n + 1, 0.0));
    Row row(n, 1.0);
    double squares = 0, voxels = 0;
    std::int64_t i = 0;
    for_each_offset(terms.psf.reach, [&](const Index3& offset) {
        const std::int64_t place = index_in(window.recorded, offset), here = i++;
        if (!window.valid[place]) return;
        row[1] = terms.psf.values[here];
        for (std::size_t k = 2; k < n; ++k) row[k] = terms.slopes[k - 2].values[here];
        const double value = window.recorded.values[place];
        for (std::size_t k = 0; k < n; ++k) {
            for (std::size_t j = 0; j < n; ++j) normal[k][j] += row[k] * row[j];
            normal[k][n] += row[k] * value;
        }
        squares += std::pow(value - window.background - window.peak * row[1], 2);
        ++voxels;
    });
    window.residual = voxels > 0 ? std::sqrt(squares / voxels) : 0;
    return solve(std::move(normal));
}

}  // namespace

Window window_around(const JudgedSpot& bead, const std::vector<JudgedSpot>& spots, View<const float> image,
                     const Index3& reach, const Triple& width_px) {
    Window window;
    for (int axis = 0; axis < 3; ++axis) {
        window.middle[axis] = std::llround(bead.spot.centre_px[axis]);
        window.offset_px[axis] = bead.spot.centre_px[axis] - static_cast<double>(window.middle[axis]);
    }
    window.peak = bead.spot.peak;
    window.background = bead.spot.background;
    window.recorded = Cube(reach);
    window.valid.assign(window.recorded.values.size(), 0);
    std::vector<Triple> others;
    for (const JudgedSpot& each : spots)
        if (&each != &bead && each.spot.peak > counting_share * bead.spot.peak) others.push_back(each.spot.centre_px);
    for_each_offset(reach, [&](const Index3& offset) {
        const Index3 voxel{window.middle[0] + offset[0], window.middle[1] + offset[1], window.middle[2] + offset[2]};
        if (!inside(voxel, image.shape())) return;
        const std::int64_t place = index_in(window.recorded, offset);
        const Triple here{static_cast<double>(voxel[0]), static_cast<double>(voxel[1]), static_cast<double>(voxel[2])};
        window.recorded.values[place] = at(image, voxel);
        window.valid[place] = std::none_of(others.begin(), others.end(), [&](const Triple& other) {
            return distance_in_widths(here, other, width_px) < shining_widths;
        });
    });
    return window;
}

void level(Window& window, const Triple& width_px) {
    const Index3& reach = window.recorded.reach;
    std::vector<Row> normal(4, Row(5, 0.0));
    for (int k = 1; k < 4; ++k) normal[k][k] = reach[k - 1] == 0 ? 1 : 0;  // no slope on an axis of one voxel
    std::int64_t place = -1;
    for_each_offset(reach, [&](const Index3& offset) {
        const Row row{1, static_cast<double>(offset[0]), static_cast<double>(offset[1]),
                      static_cast<double>(offset[2])};
        const bool outside = distance_in_widths({row[1], row[2], row[3]}, {}, width_px) > background_widths;
        if (!window.valid[++place] || !outside) return;
        for (int k = 0; k < 4; ++k) {
            for (int j = 0; j < 4; ++j) normal[k][j] += row[k] * row[j];
            normal[k][4] += row[k] * window.recorded.values[place];
        }
    });
    const std::optional<Row> plane = solve(std::move(normal));
    if (!plane) return;
    place = 0;
    for_each_offset(reach, [&](const Index3& offset) {
        for (int axis = 0; axis < 3; ++axis)
            window.recorded.values[place] -= (*plane)[axis + 1] * static_cast<double>(offset[axis]);
        ++place;
    });
}

double align(Window& window, const Cube& psf, const Index3& core) {
    const Triple before = window.offset_px;
    for (int step = 0; step < most_steps; ++step) {
        const Terms terms = terms_of(psf, window.offset_px, core);
        const std::optional<Row> unknowns = unknowns_of(window, terms);
        if (!unknowns || !((*unknowns)[1] > 0)) break;
        window.background = (*unknowns)[0];
        window.peak = (*unknowns)[1];
        double largest = 0;
        for (std::size_t k = 0; k < terms.axes.size(); ++k) {
            const double move = std::clamp((*unknowns)[2 + k] / window.peak, -0.5, 0.5);
            double& offset = window.offset_px[terms.axes[k]];
            offset = std::clamp(offset + move, -furthest_px, furthest_px);
            largest = std::max(largest, std::abs(move));
        }
        if (largest < 1e-3) break;  // the next would be a thousand times smaller
    }
    double squared = 0;
    for (int axis = 0; axis < 3; ++axis) squared += std::pow(window.offset_px[axis] - before[axis], 2);
    return std::sqrt(squared);
}

Cube aligned(const Window& window, const Cube& psf) {
    Cube bead = window.recorded;
    for (double& value : bead.values) value = (value - window.background) / window.peak;
    if (std::find(window.valid.begin(), window.valid.end(), 0) != window.valid.end()) {
        const Cube instead = moved(psf, window.offset_px, psf.reach);
        for (std::size_t i = 0; i < bead.values.size(); ++i)
            if (!window.valid[i]) bead.values[i] = instead.values[i];
    }
    Triple back{};
    for (int axis = 0; axis < 3; ++axis) back[axis] = -window.offset_px[axis];
    return moved(bead, back, psf.reach);
}

}  // namespace planapo
