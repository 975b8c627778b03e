// One voxel in, one voxel out: a thread takes the same voxel of every operand (plugin/walk.cuh). Bytes per voxel that
// must move: fill 4, widen 6, admit 12, start 8 and 4 more
// with weights; multiply 24 per coefficient, which is 12 per voxel of the grid.
#include "launch.cuh"
#include "plugin/backend.hpp"
#include "plugin/walk.cuh"

namespace planapo::cuda {

struct Factors {
    Complex coefficient, otf;
};

/// A voxel of a recording, and how far it is to be trusted.
struct Weighted {
    float value, weight;
};

__global__ void __launch_bounds__(threads_per_block) fill_kernel(View<float> out, float value) {
    const auto load = [&](std::int64_t, std::int64_t, std::int64_t) { return value; };
    for_each_voxel(out.shape(), load,
                   [&](std::int64_t z, std::int64_t y, std::int64_t x, float loaded) { out(z, y, x) = loaded; });
}

__global__ void __launch_bounds__(threads_per_block) widen_kernel(View<const std::uint16_t> narrow, View<float> wide) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) { return narrow(z, y, x); };
    for_each_voxel(wide.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, std::uint16_t loaded) {
        wide(z, y, x) = static_cast<float>(loaded);
    });
}

__global__ void __launch_bounds__(threads_per_block)
    admit_kernel(View<const float> image, View<const float> weights, View<float> out) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Weighted {
        return {image(z, y, x), weights(z, y, x)};
    };
    for_each_voxel(image.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, Weighted voxel) {
        out(z, y, x) = voxel.weight > 0.f ? voxel.value : 0.f;
    });
}

__global__ void __launch_bounds__(threads_per_block)
    start_kernel(Recorded observed, float floor, View<float> estimate) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Weighted {
        return {observed.image(z, y, x), observed.weights.empty() ? 1.f : observed.weights(z, y, x)};
    };
    for_each_voxel(observed.image.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, Weighted voxel) {
        if (voxel.weight > 0.f) estimate(z, y, x) = formula::above_background(voxel.value, observed.background, floor);
    });
}

__global__ void __launch_bounds__(threads_per_block)
    multiply_kernel(View<Complex> spectrum, View<const Complex> otf, Conjugate conjugate) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Factors {
        return {spectrum(z, y, x), otf(z, y, x)};
    };
    for_each_voxel(spectrum.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, const Factors& by) {
        spectrum(z, y, x) = formula::product(by.coefficient, by.otf, conjugate);
    });
}

void CudaBackend::fill(View<float> out, float value, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(fill_kernel, walk_grid(out.shape()), walk_block(), 0, queue(stream), out, value);
}

void CudaBackend::widen(View<const std::uint16_t> narrow, View<float> wide, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(widen_kernel, walk_grid(wide.shape()), walk_block(), 0, queue(stream), narrow, wide);
}

void CudaBackend::admit(View<const float> image, View<const float> weights, View<float> out, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(admit_kernel, walk_grid(image.shape()), walk_block(), 0, queue(stream), image, weights, out);
}

void CudaBackend::start(const Recorded& observed, float floor, View<float> estimate, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(start_kernel, walk_grid(observed.image.shape()), walk_block(), 0, queue(stream), observed, floor, estimate);
}

void CudaBackend::multiply(View<Complex> spectrum, View<const Complex> otf, Conjugate conjugate, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(multiply_kernel, walk_grid(spectrum.shape()), walk_block(), 0, queue(stream), spectrum, otf, conjugate);
}

}  // namespace planapo::cuda
