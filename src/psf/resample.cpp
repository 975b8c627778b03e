// Resampling that integrates: on each axis the running sum of the light, which the voxels' edges know exactly, is
// interpolated by a cubic spline, and a new voxel is the difference between its edges (histospline; Boneva, Kendall &
// Stefanov 1971). Shift and scale in one step; coarser voxels integrate, finer ones interpolate, and the sum stays.
#include "resample.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace planapo {
namespace {

/// The running sum of one line of voxels, from their first edge (position 0) to their last (position n), constant
/// outside.
class RunningSum {
public:
    explicit RunningSum(std::int64_t n) : sum_(n + 1), bend_(n + 1), pivot_(n + 1) {
        for (std::int64_t i = 1; i < n; ++i) pivot_[i] = 1 / (4 - pivot_[i - 1]);
    }

    std::int64_t voxels() const { return static_cast<std::int64_t>(sum_.size()) - 1; }

    /// Natural spline: the tridiagonal system bend[i-1] + 4 bend[i] + bend[i+1] = 6 (voxel[i] - voxel[i-1]), no bend at
    /// the ends.
    template <typename Voxel>
    void interpolate(Voxel voxel) {
        const std::int64_t n = voxels();
        for (std::int64_t i = 0; i < n; ++i) sum_[i + 1] = sum_[i] + voxel(i);
        for (std::int64_t i = 1; i < n; ++i) bend_[i] = (6 * (voxel(i) - voxel(i - 1)) - bend_[i - 1]) * pivot_[i];
        for (std::int64_t i = n - 2; i > 0; --i) bend_[i] -= pivot_[i] * bend_[i + 1];
    }

    double operator()(double position) const {
        const double inside = std::clamp(position, 0.0, static_cast<double>(voxels()));
        const std::int64_t i = std::min(static_cast<std::int64_t>(inside), voxels() - 1);
        const double t = inside - static_cast<double>(i);
        const double slope = sum_[i + 1] - sum_[i] - (2 * bend_[i] + bend_[i + 1]) / 6;
        return sum_[i] + t * (slope + t * (bend_[i] / 2 + t * (bend_[i + 1] - bend_[i]) / 6));
    }

private:
    std::vector<double> sum_, bend_, pivot_;
};

struct Axis {
    std::int64_t size_in, size_out,
        stride;  // stride: the same before and after, since the axes inside are not yet, or already, resampled
    double first_edge, ratio;
};

/// All lines of one axis: `outer` blocks, in each `stride` lines side by side.
std::vector<double> resample_axis(const std::vector<double>& in, const Axis& axis) {
    const std::int64_t outer = static_cast<std::int64_t>(in.size()) / (axis.size_in * axis.stride);
    std::vector<double> out(outer * axis.size_out * axis.stride);
    RunningSum running_sum(axis.size_in);
    for (std::int64_t line = 0; line < outer * axis.stride; ++line) {
        const std::int64_t block = line / axis.stride, offset = line % axis.stride;
        const double* from = in.data() + block * axis.size_in * axis.stride + offset;
        double* to = out.data() + block * axis.size_out * axis.stride + offset;
        running_sum.interpolate([&](std::int64_t i) { return from[i * axis.stride]; });
        double before = running_sum(axis.first_edge);
        for (std::int64_t i = 0; i < axis.size_out; ++i) {
            const double behind = running_sum(axis.first_edge + static_cast<double>(i + 1) * axis.ratio);
            to[i * axis.stride] = behind - before;
            before = behind;
        }
    }
    return out;
}

std::vector<double> contiguous(View<const float> signal) {
    std::vector<double> values;
    values.reserve(signal.shape().voxels());
    for (std::int64_t z = 0; z < signal.shape().z; ++z)
        for (std::int64_t y = 0; y < signal.shape().y; ++y)
            values.insert(values.end(), signal.row(z, y), signal.row(z, y) + signal.shape().x);
    return values;
}

}  // namespace

Volume<float> resample(View<const float> signal, const std::array<double, 3>& origin_px,
                       const std::array<double, 3>& ratio, const Index3& reach) {
    std::vector<double> values = contiguous(signal);
    Index3 size = extents(signal.shape());
    std::int64_t stride = 1;
    for (int axis = 2; axis >= 0; --axis) {
        if (size[axis] > 1) {
            const std::int64_t size_out = 2 * reach[axis] + 1;
            const double first_edge = origin_px[axis] + 0.5 - 0.5 * static_cast<double>(size_out) * ratio[axis];
            values = resample_axis(values, {size[axis], size_out, stride, first_edge, ratio[axis]});
            size[axis] = size_out;
        }
        stride *= size[axis];
    }
    Volume<float> out(Shape{size[0], size[1], size[2]});
    std::transform(values.begin(), values.end(), out.data(), [](double value) { return static_cast<float>(value); });
    return out;
}

std::array<double, 3> ratios(const VoxelSize& psf_voxel, const VoxelSize& image_voxel) {
    return {image_voxel.z_um / psf_voxel.z_um, image_voxel.y_um / psf_voxel.y_um, image_voxel.x_um / psf_voxel.x_um};
}

std::int64_t reach_that_covers(double edge, double ratio) {
    // A little less, so that rounding errors of a whole number of voxels add none.
    return std::max<std::int64_t>(0, std::llround(std::ceil(edge / ratio - 0.5 - 1e-6)));
}

}  // namespace planapo
