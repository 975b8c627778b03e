// Full width at half maximum, by linear interpolation of the two crossings on each line through the maximum.
#include "width.hpp"

#include "../message.hpp"

namespace planapo {
namespace {

/// The distance from `peak` to the half maximum along `axis` in the direction `step` (-1 or +1).
double half_width(View<const float> psf, const Index3& peak, int axis, int step) {
    const std::int64_t size = extents(psf.shape())[axis];
    const double half = 0.5 * at(psf, peak);
    Index3 voxel = peak;
    double inner = at(psf, peak);
    for (std::int64_t distance = 1;; ++distance) {
        voxel[axis] += step;
        const bool inside = voxel[axis] >= 0 && voxel[axis] < size;
        const double outer =
            inside ? at(psf, voxel) : 0;  // outside its window a PSF is zero, to everyone who convolves with it
        if (outer < half) return static_cast<double>(distance) - (half - outer) / (inner - outer);
        inner = outer;
    }
}

}  // namespace

Index3 brightest_voxel(View<const float> volume) {
    Index3 best{0, 0, 0};
    const Shape& shape = volume.shape();
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x)
                if (volume(z, y, x) > at(volume, best)) best = {z, y, x};
    return best;
}

std::array<double, 3> fwhm_px_at(View<const float> psf, const Index3& peak) {
    std::array<double, 3> widths{};
    for (int axis = 0; axis < 3; ++axis)
        widths[axis] = half_width(psf, peak, axis, -1) + half_width(psf, peak, axis, +1);
    return widths;
}

std::array<double, 3> fwhm_px(View<const float> psf) {
    require(!psf.empty() && psf.shape().voxels() > 0, "the PSF is empty: its width cannot be measured");
    const Index3 peak = brightest_voxel(psf);
    require(at(psf, peak) > 0, "the PSF's largest value is {}: its width can be measured only where it is positive",
            at(psf, peak));
    return fwhm_px_at(psf, peak);
}

}  // namespace planapo
