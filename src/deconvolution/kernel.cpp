#include "kernel.hpp"

#include <algorithm>
#include <cmath>

#include "../backend.hpp"
#include "../message.hpp"

namespace planapo {

namespace {

/// Calls `visit(z, y, x)` for every voxel.
template <typename Visit>
void for_each_voxel(Shape shape, Visit visit) {
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) visit(z, y, x);
}

double sum_of(View<const float> kernel) {
    double sum = 0;
    for_each_voxel(kernel.shape(), [&](auto z, auto y, auto x) { sum += kernel(z, y, x); });
    return sum;
}

/// The indices of one axis that are kept: offsets from the origin n / 2 of at most `reach`.
struct Kept {
    std::int64_t first, count;
};

Kept kept(std::int64_t n, std::int64_t image) {
    const std::int64_t first = std::max<std::int64_t>(0, n / 2 - (image - 1)),
                       last = std::min(n - 1, n / 2 + (image - 1));
    return {first, last - first + 1};
}

std::int64_t wrapped(std::int64_t offset, std::int64_t length) { return ((offset % length) + length) % length; }

Volume<float> scaled_copy(View<const float> kernel, double factor) {
    Volume<float> copy(kernel.shape());
    const View<float> out = copy;
    for_each_voxel(kernel.shape(),
                   [&](auto z, auto y, auto x) { out(z, y, x) = static_cast<float>(kernel(z, y, x) * factor); });
    return copy;
}

View<const float> part_within_reach(View<const float> kernel, Shape image, Boundary boundary) {
    const auto axis = [&](std::int64_t n, std::int64_t size) {
        return boundary == Boundary::wrap ? Kept{0, n} : kept(n, size);
    };
    const Shape full = kernel.shape();
    const Kept z = axis(full.z, image.z), y = axis(full.y, image.y), x = axis(full.x, image.x);
    return {
        &kernel(z.first, y.first, x.first), {z.count, y.count, x.count}, kernel.row_stride(), kernel.slice_stride()};
}

}  // namespace

Volume<float> normalised_psf(View<const float> psf) {
    require(!psf.empty() && psf.shape().voxels() > 0, "The PSF is empty: it must have at least one voxel.");
    std::int64_t non_finite = 0;
    for_each_voxel(psf.shape(), [&](auto z, auto y, auto x) { non_finite += !std::isfinite(psf(z, y, x)); });
    require(non_finite == 0, "The PSF has {} not finite (NaN or infinity).", counted(non_finite, "voxel"));
    const double sum = sum_of(psf);
    require(sum > 0, "The PSF sums to {}: it must be positive, so that it can be normalised to 1.", sum);
    return scaled_copy(psf, 1 / sum);
}

Volume<float> within_reach(View<const float> kernel, Shape image, Boundary boundary, double& share_cut) {
    const View<const float> inside = part_within_reach(kernel, image, boundary);
    const double all = sum_of(kernel), left = sum_of(inside);
    require(left > 0, "None of the PSF's sum lies within reach of an image of {} voxels.", to_string(image));
    share_cut = inside.shape() == kernel.shape() ? 0 : 1 - left / all;
    return scaled_copy(inside, 1 / left);
}

Volume<float> cropped_to_reach(View<const float> kernel, Shape image, Boundary boundary) {
    return scaled_copy(part_within_reach(kernel, image, boundary), 1);
}

void place(View<const float> kernel, View<float> grid) {
    const Shape size = grid.shape(), shape = kernel.shape();
    std::fill_n(grid.data(), grid_bytes(size) / static_cast<std::int64_t>(sizeof(float)), 0.f);
    const double scale = 1.0 / static_cast<double>(size.voxels());
    for_each_voxel(shape, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        grid(wrapped(z - shape.z / 2, size.z), wrapped(y - shape.y / 2, size.y), wrapped(x - shape.x / 2, size.x)) +=
            static_cast<float>(kernel(z, y, x) * scale);
    });
}

}  // namespace planapo
