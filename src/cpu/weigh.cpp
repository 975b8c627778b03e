// What blur that varies in space takes: voxels times coefficients, spectra added up, margins folded. The knots around a
// row are blended once, to one row of knots.
#include <algorithm>
#include <vector>

#include "backend.hpp"

namespace planapo {

namespace {

PLANAPO_VECTORISED
void blend_rows(const float* a, const float* b, float share, float* out, std::int64_t knots) {
    for (std::int64_t x = 0; x < knots; ++x) out[x] = formula::between(a[x], b[x], share);
}

/// `knots` has its last one twice, so that each has one above.
inline float weighed(const float* in, const float* knots, const Place& place) {
    const float weight = formula::between(knots[place.knot], knots[place.knot + 1], place.share);
    return place.voxel < 0 ? 0.f : weight * in[place.voxel];
}

PLANAPO_VECTORISED
void weigh_row(const float* in, const float* knots, const Place* places, float* out, std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x) out[x] = weighed(in, knots, places[x]);
}

PLANAPO_VECTORISED
void add_weighed_row(const float* in, const float* knots, const Place* places, const float* addend, float* out,
                     std::int64_t voxels) {
    for (std::int64_t x = 0; x < voxels; ++x) out[x] = addend[x] + weighed(in, knots, places[x]);
}

/// The row of knots between the four around (z, y), its last knot twice; the thread's own.
const float* knots_at(const View<const float>& lattice, const Place& z, const Place& y) {
    thread_local std::vector<float> memory;
    const Shape shape = lattice.shape();
    memory.resize(static_cast<std::size_t>(2 * shape.x + 1));
    float *const lower = memory.data(), *const upper = lower + shape.x + 1;
    const std::int64_t z1 = formula::above(z, shape.z), y1 = formula::above(y, shape.y);
    blend_rows(lattice.row(z.knot, y.knot), lattice.row(z.knot, y1), y.share, lower, shape.x);
    if (z.share != 0) {
        blend_rows(lattice.row(z1, y.knot), lattice.row(z1, y1), y.share, upper, shape.x);
        blend_rows(lower, upper, z.share, lower, shape.x);
    }
    lower[shape.x] = lower[shape.x - 1];
    return lower;
}

PLANAPO_VECTORISED
void multiply_to_row(const Complex* spectrum, const Complex* otf, Complex* out, std::int64_t coefficients) {
    for (std::int64_t x = 0; x < coefficients; ++x) out[x] = formula::product(spectrum[x], otf[x]);
}

PLANAPO_VECTORISED
void multiply_conjugate_to_row(const Complex* spectrum, const Complex* otf, Complex* out, std::int64_t coefficients) {
    for (std::int64_t x = 0; x < coefficients; ++x) out[x] = formula::product_conjugate(spectrum[x], otf[x]);
}

PLANAPO_VECTORISED
void multiply_add_row(const Complex* spectrum, const Complex* otf, const Complex* addend, Complex* out,
                      std::int64_t coefficients) {
    for (std::int64_t x = 0; x < coefficients; ++x)
        out[x] = formula::sum(addend[x], formula::product(spectrum[x], otf[x]));
}

/// Calls `work(in, knots, z, y)` for the rows of `out` that have a row `in`, and `none(z, y)` for the others.
template <typename Work, typename None>
void for_each_weighed_row(View<const float> in, const Weights& weights, Shape out, Work work, None none) {
    for_each_row(out, [&](std::int64_t z, std::int64_t y) {
        const Place pz = weights.z.data()[z], py = weights.y.data()[y];
        if (pz.voxel < 0 || py.voxel < 0) return none(z, y);
        work(in.row(pz.voxel, py.voxel), knots_at(weights.lattice, pz, py), z, y);
    });
}

/// out += row, whose margin is folded onto its core.
void add_folded_row(const float* row, float* out, std::int64_t core, std::int64_t grid, std::int64_t before) {
    for (std::int64_t x = 0; x < core; ++x)
        formula::for_each_image(x, core, grid, before, [&](std::int64_t ix) { out[x] += row[ix]; });
}

}  // namespace

void CpuBackend::fold(View<const float> grid, Margin margin, View<float> core, const Stream&) {
    const Shape size = grid.shape(), inner = core.shape(), before = margin.before;
    for_each_row(inner, [&](std::int64_t z, std::int64_t y) {
        float* const out = core.row(z, y);
        if (margin.fill == Margin::Fill::constant) {
            std::copy_n(grid.row(z, y), inner.x, out);
            return;
        }
        std::fill_n(out, inner.x, 0.f);
        formula::for_each_image(z, inner.z, size.z, before.z, [&](std::int64_t iz) {
            formula::for_each_image(y, inner.y, size.y, before.y, [&](std::int64_t iy) {
                add_folded_row(grid.row(iz, iy), out, inner.x, size.x, before.x);
            });
        });
    });
}

void CpuBackend::weigh(View<const float> in, const Weights& weights, View<float> out, const Stream&) {
    const std::int64_t voxels = out.shape().x;
    const auto weigh = [&](const float* from, const float* knots, std::int64_t z, std::int64_t y) {
        weigh_row(from, knots, weights.x.data(), out.row(z, y), voxels);
    };
    for_each_weighed_row(in, weights, out.shape(), weigh,
                         [&](std::int64_t z, std::int64_t y) { std::fill_n(out.row(z, y), voxels, 0.f); });
}

void CpuBackend::add_weighed(View<const float> in, const Weights& weights, View<const float> addend, View<float> out,
                             const Stream&) {
    const std::int64_t voxels = out.shape().x;
    const auto add = [&](const float* from, const float* knots, std::int64_t z, std::int64_t y) {
        add_weighed_row(from, knots, weights.x.data(), addend.row(z, y), out.row(z, y), voxels);
    };
    for_each_weighed_row(in, weights, out.shape(), add, [&](std::int64_t z, std::int64_t y) {
        if (addend.row(z, y) != out.row(z, y)) std::copy_n(addend.row(z, y), voxels, out.row(z, y));
    });
}

void CpuBackend::multiply_to(View<const Complex> spectrum, View<const Complex> otf, Conjugate conjugate,
                             View<Complex> out, const Stream&) {
    const auto multiply = conjugate == Conjugate::yes ? multiply_conjugate_to_row : multiply_to_row;
    for_each_row(out.shape(), [&](std::int64_t z, std::int64_t y) {
        multiply(spectrum.row(z, y), otf.row(z, y), out.row(z, y), out.shape().x);
    });
}

void CpuBackend::multiply_add(View<const Complex> spectrum, View<const Complex> otf, View<const Complex> addend,
                              View<Complex> out, const Stream&) {
    for_each_row(out.shape(), [&](std::int64_t z, std::int64_t y) {
        multiply_add_row(spectrum.row(z, y), otf.row(z, y), addend.row(z, y), out.row(z, y), out.shape().x);
    });
}

}  // namespace planapo
