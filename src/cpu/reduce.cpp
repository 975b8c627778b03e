// One look at every voxel. Rows are summed up in the order in which they lie, so that the bits do not depend on the
// threads.
#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

#include "backend.hpp"

namespace planapo {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr std::uint32_t exponent_bits = 0x7f800000u;

bool is_finite(float value) { return (std::bit_cast<std::uint32_t>(value) & exponent_bits) != exponent_bits; }

PLANAPO_VECTORISED
Survey survey_row(const float* row, std::int64_t voxels, float background) {
    std::int64_t finite = 0, negative = 0;
    double recorded = 0, positive_sum = 0;
    float minimum = infinity, maximum = -infinity;
#pragma omp simd reduction(+ : finite, negative, recorded, positive_sum) reduction(min : minimum) reduction(max : maximum)
    for (std::int64_t x = 0; x < voxels; ++x) {
        const bool good = is_finite(row[x]);
        const float value = good ? row[x] : 0.f;
        finite += good;
        negative += value < 0.f;
        recorded += formula::larger(value, 0.f);
        positive_sum += formula::above_background(value, background, 0.f);
        minimum = good && value < minimum ? value : minimum;
        maximum = good && value > maximum ? value : maximum;
    }
    return {voxels - finite, -1, negative, recorded, positive_sum, minimum, maximum};
}

void add(Survey& all, const Survey& row) {
    all.non_finite += row.non_finite;
    all.negative += row.negative;
    all.recorded += row.recorded;
    all.positive_sum += row.positive_sum;
    all.minimum = std::min(all.minimum, row.minimum);
    all.maximum = std::max(all.maximum, row.maximum);
}

std::int64_t first_non_finite(View<const float> image, std::int64_t row) {
    const Shape shape = image.shape();
    const float* voxels = image.row(row / shape.y, row % shape.y);
    return row * shape.x + (std::find_if_not(voxels, voxels + shape.x, is_finite) - voxels);
}

}  // namespace

Survey CpuBackend::survey(View<const float> image, float background, const Stream&) {
    const Shape shape = image.shape();
    std::vector<Survey> rows(static_cast<std::size_t>(shape.rows()));
    for_each_row(shape, [&](std::int64_t z, std::int64_t y) {
        rows[static_cast<std::size_t>(z * shape.y + y)] = survey_row(image.row(z, y), shape.x, background);
    });
    Survey all;
    all.minimum = infinity;
    all.maximum = -infinity;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (rows[row].non_finite > 0 && all.non_finite == 0)
            all.first_non_finite = first_non_finite(image, static_cast<std::int64_t>(row));
        add(all, rows[row]);
    }
    return all;
}

std::int64_t CpuBackend::partial_sums(Shape core) const { return core.rows(); }

}  // namespace planapo
