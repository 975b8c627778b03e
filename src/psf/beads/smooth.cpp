#include "smooth.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "../../cpu/threads.hpp"

namespace planapo {
namespace {

/// Calls `filter(in, out)` with each line of an axis, in any order; lines are shared out among threads.
template <typename Filter>
void for_each_line(Volume<float>& volume, int axis, Filter filter) {
    const Shape& shape = volume.shape();
    const std::int64_t size = extents(shape)[axis];
    const std::int64_t stride = axis == 2 ? 1 : axis == 1 ? shape.x : shape.x * shape.y;
    const std::int64_t lines = shape.voxels() / size;
#pragma omp parallel num_threads(threads_for(shape.voxels()))
    {
        std::vector<double> in(size), out(size);
#pragma omp for schedule(static)
        for (std::int64_t line = 0; line < lines; ++line) {
            float* first = volume.data() + line / stride * size * stride + line % stride;
            for (std::int64_t i = 0; i < size; ++i) in[i] = first[i * stride];
            filter(in, out);
            for (std::int64_t i = 0; i < size; ++i) first[i * stride] = static_cast<float>(out[i]);
        }
    }
}

std::vector<double> half_kernel(double sd_px) {
    std::vector<double> weights;
    const auto reach = static_cast<std::int64_t>(std::ceil(3.5 * sd_px));  // beyond lies 0.05 %
    for (std::int64_t i = 0; i <= reach; ++i) weights.push_back(std::exp(-0.5 * std::pow(double(i) / sd_px, 2)));
    return weights;
}

}  // namespace

Volume<float> copy_of(View<const float> image) {
    Volume<float> copy(image.shape());
    const View<float> to = copy.view();
    for (std::int64_t z = 0; z < to.shape().z; ++z)
        for (std::int64_t y = 0; y < to.shape().y; ++y) std::copy_n(image.row(z, y), to.shape().x, to.row(z, y));
    return copy;
}

Volume<float> gaussian_mean(View<const float> image, const std::array<double, 3>& sd_px) {
    Volume<float> smooth = copy_of(image);
    for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t size = extents(image.shape())[axis];
        if (size == 1) continue;
        const std::vector<double> weights = half_kernel(sd_px[axis]);
        const auto reach = static_cast<std::int64_t>(weights.size()) - 1;
        for_each_line(smooth, axis, [&](const std::vector<double>& in, std::vector<double>& out) {
            for (std::int64_t i = 0; i < size; ++i) {
                double sum = 0, weight = 0;
                for (std::int64_t j = std::max<std::int64_t>(i - reach, 0); j <= std::min(i + reach, size - 1); ++j) {
                    sum += weights[std::abs(i - j)] * in[j];
                    weight += weights[std::abs(i - j)];
                }
                out[i] = sum / weight;
            }
        });
    }
    return smooth;
}

Volume<float> box_mean(View<const float> image, const Index3& reach) {
    Volume<float> smooth = copy_of(image);
    for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t size = extents(image.shape())[axis];
        if (size == 1) continue;
        for_each_line(smooth, axis, [&](const std::vector<double>& in, std::vector<double>& out) {
            std::vector<double> below(size + 1, 0.0);
            for (std::int64_t i = 0; i < size; ++i) below[i + 1] = below[i] + in[i];
            for (std::int64_t i = 0; i < size; ++i) {
                const std::int64_t from = std::max<std::int64_t>(i - reach[axis], 0);
                const std::int64_t to = std::min(i + reach[axis] + 1, size);
                out[i] = (below[to] - below[from]) / static_cast<double>(to - from);
            }
        });
    }
    return smooth;
}

}  // namespace planapo
