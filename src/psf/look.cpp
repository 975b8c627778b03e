// A look at a PSF that is about to be used as it is.
#include <algorithm>
#include <cmath>
#include <limits>

#include <planapo/psf.hpp>

#include "background.hpp"
#include "check.hpp"
#include "width.hpp"

namespace planapo {
namespace {

/// The mean position of the voxels that equal the maximum: a flat top has its peak in the middle.
struct Summit {
    float value = -std::numeric_limits<float>::infinity();
    double voxels = 0;
    std::array<double, 3> sum{};

    void add(float candidate, const Index3& voxel) {
        if (candidate < value) return;
        if (candidate > value) *this = Summit{candidate, 0, {}};
        ++voxels;
        for (int axis = 0; axis < 3; ++axis) sum[axis] += static_cast<double>(voxel[axis]);
    }
};

void warn(PsfLook& look) {
    const auto& offset = look.peak_offset_px;
    if (std::any_of(offset.begin(), offset.end(), [](double o) { return std::abs(o) > 1; }))
        look.warnings.push_back(
            fmt::format("The PSF's peak lies ({:+.1f}, {:+.1f}, {:+.1f}) px (z, y, x) from its origin, the voxel n / "
                        "2: the result will be "
                        "shifted by as much the other way. Centre the PSF, or have it prepared, which does that.",
                        offset[0], offset[1], offset[2]));
    if (look.rim_share > 0.01)
        look.warnings.push_back(
            fmt::format("{:.1f} % of the PSF's sum lies in its outermost voxels: a background was left in, or its "
                        "window cuts its tails off. "
                        "Remove the background, give a larger window, or have the PSF prepared, which sees to both.",
                        100 * look.rim_share));
    if (look.negative_sum < 0)
        look.warnings.push_back(fmt::format(
            "The PSF holds negative voxels, {:.2g} of its sum of {:.4g}: no light is negative. Was too much background "
            "subtracted?",
            look.negative_sum, look.sum));
}

}  // namespace

PsfLook look_at(View<const float> psf) {
    require_voxels(psf);
    PsfLook look;
    Summit summit;
    double positive_sum = 0, rim_sum = 0;
    const Shape& shape = psf.shape();
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) {
                const float value = psf(z, y, x);
                if (!std::isfinite(value)) {
                    ++look.non_finite;
                    continue;
                }
                look.sum += value;
                (value < 0 ? look.negative_sum : positive_sum) += value;
                if (value > 0 && on_rim({z, y, x}, shape)) rim_sum += value;
                summit.add(value, {z, y, x});
            }
    if (summit.voxels > 0)
        for (int axis = 0; axis < 3; ++axis)
            look.peak_offset_px[axis] =
                summit.sum[axis] / summit.voxels - static_cast<double>(extents(shape)[axis] / 2);
    if (positive_sum > 0) look.rim_share = rim_sum / positive_sum;
    warn(look);
    return look;
}

}  // namespace planapo
