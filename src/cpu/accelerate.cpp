// Where the next iteration starts: beyond the estimate, the way it has been moving.
#include <algorithm>

#include "backend.hpp"

namespace planapo {

namespace {

PLANAPO_VECTORISED
Changes change_row(const float* estimate, const float* point, float* change, std::int64_t voxels) {
    double with_before = 0, before = 0;
#pragma omp simd reduction(+ : with_before, before)
    for (std::int64_t x = 0; x < voxels; ++x) {
        const float now = estimate[x] - point[x];
        with_before += static_cast<double>(now) * change[x];
        before += static_cast<double>(change[x]) * change[x];
        change[x] = now;
    }
    return {with_before, before};
}

PLANAPO_VECTORISED
void predict_row(const float* estimate, const float* previous, float momentum, float floor, float* point,
                 std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x) point[x] = formula::predicted(estimate[x], previous[x], momentum, floor);
}

}  // namespace

void CpuBackend::change(View<const float> estimate, View<const float> point, View<float> change, Changes* partials,
                        const Stream&) {
    const Shape shape = estimate.shape();
    for_each_row(shape, [&](std::int64_t z, std::int64_t y) {
        partials[z * shape.y + y] = change_row(estimate.row(z, y), point.row(z, y), change.row(z, y), shape.x);
    });
    for (std::int64_t row = 1; row < shape.rows(); ++row) {
        partials[0].with_before += partials[row].with_before;
        partials[0].before += partials[row].before;
    }
}

void CpuBackend::choose_momentum(const Changes* total, Momentum rule, View<const float> given, Course* course,
                                 const Stream&) {
    course->momentum = given.empty() ? formula::momentum(rule, course->judged, *total)
                                     : given(0, 0, std::min<std::int64_t>(course->judged, given.shape().x) - 1);
}

void CpuBackend::predict(View<const float> estimate, View<const float> previous, float floor, const Course* course,
                         View<float> point, const Stream&) {
    for_each_row(estimate.shape(), [&](std::int64_t z, std::int64_t y) {
        predict_row(estimate.row(z, y), previous.row(z, y), course->momentum, floor, point.row(z, y),
                    estimate.shape().x);
    });
}

}  // namespace planapo
