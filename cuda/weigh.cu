// What blur that varies in space takes: voxels times coefficients, spectra added up, margins folded. Bytes that must
// move, for c core and g grid voxels and s coefficients of a spectrum: fold 4 c + 4 g where the margin mirrors, weigh
// 8 g, add_weighed 12 g, multiply_to 24 s, multiply_add 32 s. Weigh and add_weighed also read 68 bytes a voxel of
// places and knots, which neighbours share: they stay in the caches.
#include "launch.cuh"
#include "plugin/backend.hpp"
#include "plugin/walk.cuh"

namespace planapo::cuda {

struct Pair {
    Complex coefficient, otf;
};

struct PairAndAddend {
    Complex coefficient, otf, addend;
};

struct WeighedVoxel {
    float value, addend;
};

__global__ void __launch_bounds__(threads_per_block)
    fold_kernel(View<const float> grid, Margin margin, View<float> core) {
    const Shape size = grid.shape(), inner = core.shape(), before = margin.before;
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        if (margin.fill == Margin::Fill::constant) return grid(z, y, x);
        float sum = 0;
        formula::for_each_image(z, inner.z, size.z, before.z, [&](std::int64_t iz) {
            formula::for_each_image(y, inner.y, size.y, before.y, [&](std::int64_t iy) {
                formula::for_each_image(x, inner.x, size.x, before.x,
                                        [&](std::int64_t ix) { sum += grid(iz, iy, ix); });
            });
        });
        return sum;
    };
    for_each_voxel(inner, load,
                   [&](std::int64_t z, std::int64_t y, std::int64_t x, float sum) { core(z, y, x) = sum; });
}

__device__ inline float weighed(const View<const float>& in, const Weights& weights, std::int64_t z, std::int64_t y,
                                std::int64_t x) {
    const Place pz = weights.z(0, 0, z), py = weights.y(0, 0, y), px = weights.x(0, 0, x);
    if (pz.voxel < 0 || py.voxel < 0 || px.voxel < 0) return 0;
    return formula::weight(weights.lattice, pz, py, px) * in(pz.voxel, py.voxel, px.voxel);
}

__global__ void __launch_bounds__(threads_per_block)
    weigh_kernel(View<const float> in, Weights weights, View<float> out) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) { return weighed(in, weights, z, y, x); };
    for_each_voxel(out.shape(), load,
                   [&](std::int64_t z, std::int64_t y, std::int64_t x, float value) { out(z, y, x) = value; });
}

__global__ void __launch_bounds__(threads_per_block)
    add_weighed_kernel(View<const float> in, Weights weights, View<const float> addend, View<float> out) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> WeighedVoxel {
        return {weighed(in, weights, z, y, x), addend(z, y, x)};
    };
    for_each_voxel(out.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, const WeighedVoxel& voxel) {
        out(z, y, x) = voxel.addend + voxel.value;
    });
}

__global__ void __launch_bounds__(threads_per_block)
    multiply_to_kernel(View<const Complex> spectrum, View<const Complex> otf, Conjugate conjugate, View<Complex> out) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Pair {
        return {spectrum(z, y, x), otf(z, y, x)};
    };
    for_each_voxel(out.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, const Pair& of) {
        out(z, y, x) = formula::product(of.coefficient, of.otf, conjugate);
    });
}

__global__ void __launch_bounds__(threads_per_block)
    multiply_add_kernel(View<const Complex> spectrum, View<const Complex> otf, View<const Complex> addend,
                        View<Complex> out) {
    const auto load = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> PairAndAddend {
        return {spectrum(z, y, x), otf(z, y, x), addend(z, y, x)};
    };
    for_each_voxel(out.shape(), load, [&](std::int64_t z, std::int64_t y, std::int64_t x, const PairAndAddend& of) {
        out(z, y, x) = formula::sum(of.addend, formula::product(of.coefficient, of.otf));
    });
}

void CudaBackend::fold(View<const float> grid, Margin margin, View<float> core, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(fold_kernel, walk_grid(core.shape()), walk_block(), 0, queue(stream), grid, margin, core);
}

void CudaBackend::weigh(View<const float> in, const Weights& weights, View<float> out, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(weigh_kernel, walk_grid(out.shape()), walk_block(), 0, queue(stream), in, weights, out);
}

void CudaBackend::add_weighed(View<const float> in, const Weights& weights, View<const float> addend, View<float> out,
                              const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(add_weighed_kernel, walk_grid(out.shape()), walk_block(), 0, queue(stream), in, weights, addend, out);
}

void CudaBackend::multiply_to(View<const Complex> spectrum, View<const Complex> otf, Conjugate conjugate,
                              View<Complex> out, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(multiply_to_kernel, walk_grid(out.shape()), walk_block(), 0, queue(stream), spectrum, otf, conjugate, out);
}

void CudaBackend::multiply_add(View<const Complex> spectrum, View<const Complex> otf, View<const Complex> addend,
                               View<Complex> out, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(multiply_add_kernel, walk_grid(out.shape()), walk_block(), 0, queue(stream), spectrum, otf, addend, out);
}

}  // namespace planapo::cuda
