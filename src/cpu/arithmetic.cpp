// One voxel in, one voxel out.
#include <algorithm>

#include "backend.hpp"
#include "margin.hpp"

namespace planapo {

namespace {

PLANAPO_VECTORISED
void widen_row(const std::uint16_t* narrow, float* wide, std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x) wide[x] = static_cast<float>(narrow[x]);
}

PLANAPO_VECTORISED
void admit_row(const float* image, const float* weights, float* out, std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x) out[x] = weights[x] > 0.f ? image[x] : 0.f;
}

/// Without weights where `weights` is null.
PLANAPO_VECTORISED
void start_row(const float* observed, const float* weights, float* estimate, std::int64_t voxels, float background,
               float floor) {
    for (std::int64_t x = 0; x < voxels; ++x) {
        const bool known = weights == nullptr || weights[x] > 0.f;
        const float start = formula::above_background(observed[x], background, floor);
        estimate[x] = known ? start : estimate[x];
    }
}

PLANAPO_VECTORISED
void multiply_row(Complex* spectrum, const Complex* otf, std::int64_t coefficients) {
    for (std::int64_t x = 0; x < coefficients; ++x) spectrum[x] = formula::product(spectrum[x], otf[x]);
}

PLANAPO_VECTORISED
void multiply_conjugate_row(Complex* spectrum, const Complex* otf, std::int64_t coefficients) {
    for (std::int64_t x = 0; x < coefficients; ++x) spectrum[x] = formula::product_conjugate(spectrum[x], otf[x]);
}

}  // namespace

void CpuBackend::fill(View<float> out, float value, const Stream&) {
    for_each_row(out.shape(),
                 [&](std::int64_t z, std::int64_t y) { std::fill_n(out.row(z, y), out.shape().x, value); });
}

void CpuBackend::widen(View<const std::uint16_t> narrow, View<float> wide, const Stream&) {
    for_each_row(wide.shape(),
                 [&](std::int64_t z, std::int64_t y) { widen_row(narrow.row(z, y), wide.row(z, y), wide.shape().x); });
}

void CpuBackend::admit(View<const float> image, View<const float> weights, View<float> out, const Stream&) {
    for_each_row(image.shape(), [&](std::int64_t z, std::int64_t y) {
        admit_row(image.row(z, y), weights.row(z, y), out.row(z, y), image.shape().x);
    });
}

void CpuBackend::start(const Recorded& observed, float floor, View<float> estimate, const Stream&) {
    const Shape shape = observed.image.shape();
    for_each_row(shape, [&](std::int64_t z, std::int64_t y) {
        start_row(observed.image.row(z, y), row_or_null(observed.weights, z, y), estimate.row(z, y), shape.x,
                  observed.background, floor);
    });
}

void CpuBackend::multiply(View<Complex> spectrum, View<const Complex> otf, Conjugate conjugate, const Stream&) {
    const auto multiply = conjugate == Conjugate::yes ? multiply_conjugate_row : multiply_row;
    for_each_row(spectrum.shape(), [&](std::int64_t z, std::int64_t y) {
        multiply(spectrum.row(z, y), otf.row(z, y), spectrum.shape().x);
    });
}

}  // namespace planapo
