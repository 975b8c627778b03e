// Intensities around the axis: a table of radii and planes.
#pragma once

#include <cstdint>
#include <vector>

#include "pupil.hpp"

namespace planapo {

/// Radii 0, step, 2 step, ... and stage positions.
struct RadialGrid {
    double step_um;
    std::int64_t radii;
    std::vector<double> stage_um;

    std::int64_t planes() const { return static_cast<std::int64_t>(stage_um.size()); }
    double reach_um() const { return step_um * static_cast<double>(radii); }
};

/// The intensity at each radius of each plane. A plane's radii lie side by side.
class RadialTable {
public:
    explicit RadialTable(const RadialGrid& grid) : radii_(grid.radii), values_(grid.radii * grid.planes()) {}

    std::int64_t radii() const { return radii_; }
    std::int64_t planes() const { return static_cast<std::int64_t>(values_.size()) / radii_; }
    double* plane(std::int64_t z) { return values_.data() + z * radii_; }
    const double* plane(std::int64_t z) const { return values_.data() + z * radii_; }

private:
    std::int64_t radii_;
    std::vector<double> values_;
};

/// The image of a point through the pupil. Does not depend on the number of threads.
RadialTable radial_intensity(const Pupil& pupil, const RadialGrid& grid);

}  // namespace planapo
