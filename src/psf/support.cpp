// The extent of a PSF: by the significance of whole layers where there is noise, by its energy where there is none.
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace planapo {
namespace {

/// Sum and number of the voxels of `signal` in a box, which may reach over the window's border.
struct Total {
    double sum = 0, voxels = 0;

    void add(View<const float> signal, const Index3& first, const Index3& last) {
        const Index3 size = extents(signal.shape());
        const auto from = [&](int axis) { return std::max<std::int64_t>(first[axis], 0); };
        const auto to = [&](int axis) { return std::min(last[axis], size[axis] - 1); };
        for (std::int64_t z = from(0); z <= to(0); ++z)
            for (std::int64_t y = from(1); y <= to(1); ++y)
                for (std::int64_t x = from(2); x <= to(2); ++x) {
                    sum += signal(z, y, x);
                    ++voxels;
                }
    }
};

/// The two slabs of `thickness` layers just outside the box on one axis.
Total slabs_outside(View<const float> signal, const Index3& middle, const Index3& reach, int axis,
                    std::int64_t thickness) {
    Index3 first{}, last{};
    for (int a = 0; a < 3; ++a) {
        first[a] = middle[a] - reach[a];
        last[a] = middle[a] + reach[a];
    }
    Total total;
    Index3 low_first = first, low_last = last, high_first = first, high_last = last;
    low_first[axis] = first[axis] - thickness;
    low_last[axis] = first[axis] - 1;
    high_first[axis] = last[axis] + 1;
    high_last[axis] = last[axis] + thickness;
    total.add(signal, low_first, low_last);
    total.add(signal, high_first, high_last);
    return total;
}

/// Brighter than chance (3 standard errors of the mean), and than an uneven background, which is even to a fifth of its
/// noise at best.
bool stands_out(const Total& total, double noise_sd) {
    if (total.voxels == 0) return false;
    return total.sum / total.voxels > noise_sd * std::max(3 / std::sqrt(total.voxels), 0.1);
}

/// The sums of the planes across one axis.
std::vector<double> marginal(View<const float> volume, int axis) {
    std::vector<double> sums(extents(volume.shape())[axis]);
    const Shape& shape = volume.shape();
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) sums[Index3{z, y, x}[axis]] += volume(z, y, x);
    return sums;
}

/// The smallest reach from which on no more than `loss` of the light lies outside.
std::int64_t reach_of_energy(const std::vector<double>& sums, double total, double loss) {
    const auto radius = static_cast<std::int64_t>(sums.size()) / 2;
    double outside = 0;
    for (std::int64_t reach = radius; reach > 0; --reach) {
        outside += sums[radius - reach] + sums[radius + reach];
        if (outside > loss * total) return reach;
    }
    return 0;
}

}  // namespace

Index3 reach_of(View<const float> signal, const Index3& middle, const Index3& start,
                const std::array<double, 3>& width_px, double noise_sd) {
    const Index3 size = extents(signal.shape());
    Index3 reach{}, furthest{};
    for (int axis = 0; axis < 3; ++axis) {
        furthest[axis] = std::max(middle[axis], size[axis] - 1 - middle[axis]);
        reach[axis] = std::min(start[axis], furthest[axis]);
    }
    for (bool grown = true; grown;) {
        grown = false;
        for (int axis = 0; axis < 3; ++axis) {
            // One layer, or as many as the core is wide: a dark ring between two bright ones does not end the PSF.
            const auto core = std::max<std::int64_t>(1, std::llround(width_px[axis]));
            const auto slab_stands_out = [&](std::int64_t thickness) {
                return stands_out(slabs_outside(signal, middle, reach, axis, thickness), noise_sd);
            };
            if (reach[axis] >= furthest[axis] || !(slab_stands_out(1) || slab_stands_out(core))) continue;
            ++reach[axis];
            grown = true;
        }
    }
    return reach;
}

EnergyBox box_of_energy(View<const float> centred, double energy) {
    const Index3 size = extents(centred.shape());
    const double axes =
        static_cast<double>(std::count_if(size.begin(), size.end(), [](std::int64_t n) { return n > 1; }));
    EnergyBox box;
    double total = 0;
    for (const double sum : marginal(centred, 0)) total += sum;
    for (int axis = 0; axis < 3; ++axis)
        if (size[axis] > 1) box.reach[axis] = reach_of_energy(marginal(centred, axis), total, (1 - energy) / axes);
    Total inside;
    const Index3 middle{size[0] / 2, size[1] / 2, size[2] / 2};
    Index3 first{}, last{};
    for (int axis = 0; axis < 3; ++axis) {
        first[axis] = middle[axis] - box.reach[axis];
        last[axis] = middle[axis] + box.reach[axis];
    }
    inside.add(centred, first, last);
    box.sum = inside.sum;
    box.kept = inside.sum / total;
    return box;
}

Volume<float> middle_of(View<const float> centred, const Index3& reach) {
    const Index3 size = extents(centred.shape());
    Volume<float> out(Shape{2 * reach[0] + 1, 2 * reach[1] + 1, 2 * reach[2] + 1});
    const View<float> to = out.view();
    for (std::int64_t z = 0; z < to.shape().z; ++z)
        for (std::int64_t y = 0; y < to.shape().y; ++y) {
            const float* from =
                centred.row(size[0] / 2 - reach[0] + z, size[1] / 2 - reach[1] + y) + size[2] / 2 - reach[2];
            std::copy_n(from, to.shape().x, to.row(z, y));
        }
    return out;
}

}  // namespace planapo
