// Hankel transforms of the pupil: sums over its rings, for a block of radii at a time, so that a block's Bessel
// functions are computed once for all planes and stay in the cache.
#include "radial.hpp"

#include <math.h>  // POSIX: j0 and j1, as exact as std::cyl_bessel_j and thirty times as fast

#include <algorithm>
#include <array>

#include "../../cpu/backend.hpp"

namespace planapo {
namespace {

constexpr std::int64_t block = 64;  // radii
using Block = std::array<double, block>;

/// The Bessel function of order 0, 1 or 2; for small x the recurrence to order 2 would cancel.
double bessel(int order, double x) {
    if (order == 0) return ::j0(x);
    if (order == 1) return ::j1(x);
    return x < 0.02 ? x * x / 8 * (1 - x * x / 12) : 2 * ::j1(x) / x - ::j0(x);
}

/// Some of the planes of a table.
struct Planes {
    std::int64_t first, count;
};

/// The waves of each ring in each plane: component by component, within it plane by plane.
std::vector<std::complex<double>> waves_of(const Pupil& pupil, const RadialGrid& grid, const Planes& planes) {
    const auto rings = static_cast<std::int64_t>(pupil.rings.size());
    std::vector<std::complex<double>> waves(pupil.components * planes.count * rings);
#pragma omp parallel for schedule(static) num_threads(ThreadTeam::size())
    for (std::int64_t z = 0; z < planes.count; ++z)
        for (std::int64_t k = 0; k < rings; ++k) {
            const Ring& ring = pupil.rings[k];
            const auto turn = std::polar(1.0, ring.axial * grid.stage_um[planes.first + z]);
            for (int m = 0; m < pupil.components; ++m)
                waves[(m * planes.count + z) * rings + k] = ring.amplitude[m] * turn;
        }
    return waves;
}

/// Of `count` radii from `first` on.
std::vector<Block> bessel_of(const Pupil& pupil, int order, double step_um, std::int64_t first, std::int64_t count) {
    std::vector<Block> values(pupil.rings.size());
    for (std::size_t k = 0; k < values.size(); ++k)
        for (std::int64_t i = 0; i < count; ++i)
            values[k][i] = bessel(order, pupil.rings[k].lateral * step_um * static_cast<double>(first + i));
    return values;
}

/// Adds the intensity of one component of the field.
PLANAPO_VECTORISED void add_intensity(const std::vector<Block>& bessel, const std::complex<double>* waves,
                                      std::int64_t count, Block& sum) {
    Block real{}, imaginary{};
    for (std::size_t k = 0; k < bessel.size(); ++k) {
        const double re = waves[k].real(), im = waves[k].imag();
        const double* values = bessel[k].data();
        for (std::int64_t i = 0; i < count; ++i) {
            real[i] += re * values[i];
            imaginary[i] += im * values[i];
        }
    }
    for (std::int64_t i = 0; i < count; ++i) sum[i] += real[i] * real[i] + imaginary[i] * imaginary[i];
}

void fill_block(const Pupil& pupil, const std::vector<std::complex<double>>& waves, const RadialGrid& grid,
                const Planes& planes, std::int64_t first, RadialTable& table) {
    const std::size_t rings = pupil.rings.size();
    const std::int64_t count = std::min(block, grid.radii - first);
    std::vector<Block> sums(planes.count, Block{});
    for (int m = 0; m < pupil.components; ++m) {
        const std::vector<Block> values = bessel_of(pupil, m, grid.step_um, first, count);
        for (std::int64_t z = 0; z < planes.count; ++z)
            add_intensity(values, waves.data() + (m * planes.count + z) * rings, count, sums[z]);
    }
    for (std::int64_t z = 0; z < planes.count; ++z)
        std::copy_n(sums[z].data(), count, table.plane(planes.first + z) + first);
}

}  // namespace

RadialTable radial_intensity(const Pupil& pupil, const RadialGrid& grid) {
    RadialTable table(grid);
    const std::int64_t blocks = (grid.radii + block - 1) / block;
    // So many that computing the Bessel functions anew for the next ones costs little; not all, as waves take memory.
    constexpr std::int64_t planes_at_once = 512;
    for (std::int64_t z = 0; z < grid.planes(); z += planes_at_once) {
        const Planes planes{z, std::min(planes_at_once, grid.planes() - z)};
        const auto waves = waves_of(pupil, grid, planes);
#pragma omp parallel for schedule(dynamic) num_threads(ThreadTeam::size())
        for (std::int64_t b = 0; b < blocks; ++b) fill_block(pupil, waves, grid, planes, b * block, table);
    }
    return table;
}

}  // namespace planapo
