// Blur that varies in space as its formula is written: every voxel sends its light by the PSF of its place; direct sums
// in double precision.
#pragma once

#include <algorithm>
#include <vector>

#include <planapo/deconvolve.hpp>
#include <planapo/varying_psf.hpp>

#include "common/volumes.hpp"

namespace planapo::testing {

/// Where coordinate i is to be found in an image of n; -1: nowhere.
inline std::int64_t folded(std::int64_t i, std::int64_t n, Boundary boundary) {
    if (i >= 0 && i < n) return i;
    if (boundary == Boundary::zero) return -1;
    const std::int64_t period = boundary == Boundary::wrap ? n : 2 * n, j = ((i % period) + period) % period;
    return j < n ? j : period - 1 - j;
}

/// The coefficient at voxel i of `count` knots along one axis of n voxels that knot k counts with.
inline double share_of_knot(std::int64_t k, std::int64_t count, const std::vector<double>& given, std::int64_t i,
                            std::int64_t n) {
    const auto position = [&](std::int64_t knot) {
        return given.empty() ? double(knot) * double(n - 1) / double(std::max<std::int64_t>(count - 1, 1))
                             : given[static_cast<std::size_t>(knot)];
    };
    if (count == 1) return 1;
    const double at = std::clamp<double>(double(i), position(0), position(count - 1));
    if (n == 1 && given.empty()) return k == count - 1 ? 1 : 0;  // all knots lie on the one voxel: the last is taken
    if (k > 0 && at >= position(k - 1) && at <= position(k))
        return (at - position(k - 1)) / (position(k) - position(k - 1));
    if (k + 1 < count && at >= position(k) && at <= position(k + 1))
        return (position(k + 1) - at) / (position(k + 1) - position(k));
    return 0;
}

/// a_mode at voxel (z, y, x).
inline double coefficient_at(const VaryingPsf& psf, std::size_t mode, Shape image, std::int64_t z, std::int64_t y,
                             std::int64_t x) {
    double sum = 0;
    std::size_t knot = 0;
    const Shape count = psf.knots();
    const auto& positions = psf.positions();
    for_each_voxel(count, [&](auto kz, auto ky, auto kx) {
        const double share = share_of_knot(kz, count.z, positions[0], z, image.z) *
                             share_of_knot(ky, count.y, positions[1], y, image.y) *
                             share_of_knot(kx, count.x, positions[2], x, image.x);
        const bool of_grid = psf.coefficients().empty();
        sum += share * (of_grid ? double(knot == mode) : double{psf.coefficients()[mode].view()(kz, ky, kx)});
        ++knot;
    });
    return sum;
}

/// One mode's contribution, what cannot reach from voxel to voxel cut off and, for PSFs of a grid, the rest scaled
/// to 1.
inline void add_mode(std::vector<double>& out, View<const float> image, const VaryingPsf& psf, std::size_t mode,
                     Boundary boundary) {
    const View<const float> kernel = psf.modes()[mode];
    const Shape n = image.shape(), p = kernel.shape();
    const auto reaches = [&](std::int64_t offset, std::int64_t length) {
        return boundary == Boundary::wrap || std::abs(offset) < length;
    };
    double kept = 0;
    for_each_voxel(p, [&](auto z, auto y, auto x) {
        if (reaches(z - p.z / 2, n.z) && reaches(y - p.y / 2, n.y) && reaches(x - p.x / 2, n.x))
            kept += kernel(z, y, x);
    });
    const double scale = psf.coefficients().empty() ? 1 / kept : 1;
    std::vector<double> weighted;
    for_each_voxel(n, [&](auto z, auto y, auto x) {
        weighted.push_back(scale * coefficient_at(psf, mode, n, z, y, x) * image(z, y, x));
    });
    std::size_t voxel = 0;
    for_each_voxel(n, [&](auto z, auto y, auto x) {
        for_each_voxel(p, [&](auto kz, auto ky, auto kx) {
            const std::int64_t dz = kz - p.z / 2, dy = ky - p.y / 2, dx = kx - p.x / 2;
            if (!reaches(dz, n.z) || !reaches(dy, n.y) || !reaches(dx, n.x)) return;
            const auto sz = folded(z - dz, n.z, boundary), sy = folded(y - dy, n.y, boundary),
                       sx = folded(x - dx, n.x, boundary);
            if (sz < 0 || sy < 0 || sx < 0) return;
            out[voxel] += kernel(kz, ky, kx) * weighted[static_cast<std::size_t>((sz * n.y + sy) * n.x + sx)];
        });
        ++voxel;
    });
}

inline Volume<float> direct_varying_blur(View<const float> image, const VaryingPsf& psf, Boundary boundary) {
    std::vector<double> out(static_cast<std::size_t>(image.shape().voxels()), 0.0);
    for (std::size_t mode = 0; mode < psf.modes().size(); ++mode) add_mode(out, image, psf, mode, boundary);
    std::size_t voxel = 0;
    return volume_of(image.shape(), [&](auto...) { return out[voxel++]; });
}

}  // namespace planapo::testing
