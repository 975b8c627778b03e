// Coefficients that vary in space: given on a lattice of knots, linear between them.
#pragma once

#include <cstdint>

#include <planapo/volume.hpp>

namespace planapo {

/// What a position on one axis takes: a voxel, or none if that is -1, and its place between two knots.
struct Place {
    std::int32_t voxel = 0;
    std::int32_t knot = 0;  // the lower one
    float share = 0;        // of the knot above; 0 at the last knot
};

/// The coefficients of every position of a volume. Lists of places have as many entries as an axis has positions, or
/// more.
struct Weights {
    View<const float> lattice;
    View<const Place> z, y, x;  // 1 x 1 x n
};

namespace formula {

PLANAPO_HD inline float between(float a, float b, float share) { return a + share * (b - a); }

/// The knot above, which the last one is itself.
PLANAPO_HD inline std::int64_t above(const Place& place, std::int64_t knots) {
    return place.knot + 1 < knots ? place.knot + 1 : place.knot;
}

/// The coefficient where three axes meet.
PLANAPO_HD inline float weight(const View<const float>& lattice, const Place& z, const Place& y, const Place& x) {
    const Shape knots = lattice.shape();
    const std::int64_t z1 = above(z, knots.z), y1 = above(y, knots.y), x1 = above(x, knots.x);
    const auto on_row = [&](std::int64_t iz, std::int64_t iy) {
        return between(lattice(iz, iy, x.knot), lattice(iz, iy, x1), x.share);
    };
    return between(between(on_row(z.knot, y.knot), on_row(z.knot, y1), y.share),
                   between(on_row(z1, y.knot), on_row(z1, y1), y.share), z.share);
}

}  // namespace formula
}  // namespace planapo
