// weigh: fold, weigh, add_weighed, multiply_to, multiply_add.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <vector>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"

namespace planapo::testing {

namespace {

constexpr double rounding = 6e-8;  // half of a float's epsilon

/// A list of places on a device, and on the host.
struct Places {
    std::vector<Place> host;
    Volume<Place> on_device;

    Places(std::vector<Place> places, const Device& device)
        : host(std::move(places)), on_device({1, 1, static_cast<std::int64_t>(host.size())}, device) {
        device.backend().copy(host.data(), on_device.data(), checked_bytes(on_device.shape(), sizeof(Place)), {});
        device.backend().wait({});
    }
};

/// Every position takes some voxel of `from`, every fifth none, and lies somewhere among the knots.
std::vector<Place> scattered(std::int64_t positions, std::int64_t from, std::int64_t knots) {
    std::vector<Place> places;
    for (std::int64_t i = 0; i < positions; ++i) {
        const auto knot = static_cast<std::int32_t>(3 * i % knots);
        const bool last = knot + 1 == knots;
        places.push_back({i % 5 == 3 ? -1 : static_cast<std::int32_t>(7 * i % from), knot,
                          last ? 0.f : static_cast<float>(i % 4) / 4});
    }
    return places;
}

double blend(double a, double b, double share) { return (1 - share) * a + share * b; }

/// The coefficient where the places of three axes meet, in double precision.
double original_weight(View<const float> lattice, const std::array<Place, 3>& at) {
    const Shape last{lattice.shape().z - 1, lattice.shape().y - 1, lattice.shape().x - 1};
    double corners[2][2];
    for (const int dz : {0, 1})
        for (const int dy : {0, 1}) {
            const std::int64_t z = std::min<std::int64_t>(at[0].knot + dz, last.z),
                               y = std::min<std::int64_t>(at[1].knot + dy, last.y),
                               x = std::min<std::int64_t>(at[2].knot + 1, last.x);
            corners[dz][dy] = blend(lattice(z, y, at[2].knot), lattice(z, y, x), at[2].share);
        }
    return blend(blend(corners[0][0], corners[0][1], at[1].share), blend(corners[1][0], corners[1][1], at[1].share),
                 at[0].share);
}

class Weigh : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }
    void check_weigh(Shape shape, Shape knots);
    void check_fold(Shape core, const Margin& margin, Shape grid);
    void check_multiply(Shape shape);
};
PLANAPO_ON_EVERY_MACHINE(Weigh);

void Weigh::check_weigh(Shape shape, Shape knots) {
    SCOPED_TRACE("knots " + to_string(knots));
    const Shape from{shape.z + 1, shape.y + 2, shape.x + 3};
    const Volume<float> in = random_volume(from, 1, -1.f, 1.f), lattice = random_volume(knots, 2, -1.f, 1.f),
                        addend = random_volume(shape, 3, -1.f, 1.f);
    DeviceGrid input(in, device()), knot_values(lattice, device()), out(shape, device()), sum(addend, device());
    const Places z(scattered(shape.z, from.z, knots.z), device()), y(scattered(shape.y, from.y, knots.y), device()),
        x(scattered(shape.x, from.x, knots.x), device());
    const Weights weights{knot_values.view(), z.on_device.view(), y.on_device.view(), x.on_device.view()};

    backend().weigh(input.view(), weights, out.view(), {});
    backend().add_weighed(input.view(), weights, sum.view(), sum.view(), {});
    backend().wait({});

    const Volume<float> original = volume_of(shape, [&](auto iz, auto iy, auto ix) {
        const std::array<Place, 3> at{z.host[std::size_t(iz)], y.host[std::size_t(iy)], x.host[std::size_t(ix)]};
        if (at[0].voxel < 0 || at[1].voxel < 0 || at[2].voxel < 0) return 0.;
        return original_weight(lattice, at) * in.view()(at[0].voxel, at[1].voxel, at[2].voxel);
    });
    // Three blends of three roundings each, the product and its rounding in the original, all of values up to 2.
    constexpr double tolerance = 20 * rounding;
    EXPECT_LT(largest_difference(out.voxels(), original), tolerance);
    EXPECT_TRUE(out.padding_kept());
    const Volume<float> added = volume_of(shape, [&](auto iz, auto iy, auto ix) {
        return double{original.view()(iz, iy, ix)} + addend.view()(iz, iy, ix);
    });
    EXPECT_LT(largest_difference(sum.voxels(), added), 2 * tolerance);
    EXPECT_TRUE(sum.padding_kept());
}

/// <fold g, x> = <g, spread x> for all g and x: for units x, that is what fold gives.
void Weigh::check_fold(Shape core, const Margin& margin, Shape grid) {
    const Volume<float> g = random_volume(grid, 1);
    DeviceGrid input(g, device()), out(core, device());

    backend().fold(input.view(), margin, out.view(), {});
    backend().wait({});

    std::vector<double> sums(static_cast<std::size_t>(core.voxels()), 0.);
    const auto voxel = [](std::int64_t i, std::int64_t n, std::int64_t length, std::int64_t before) {
        std::int64_t c = i < length - before ? i : i - length;
        while (c < 0 || c >= n) c = c < 0 ? -1 - c : 2 * n - 1 - c;
        return c;
    };
    for_each_voxel(grid, [&](auto z, auto y, auto x) {
        const bool inside = z < core.z && y < core.y && x < core.x;
        if (margin.fill == Margin::Fill::constant && !inside) return;
        const std::int64_t cz = voxel(z, core.z, grid.z, margin.before.z),
                           cy = voxel(y, core.y, grid.y, margin.before.y),
                           cx = voxel(x, core.x, grid.x, margin.before.x);
        sums[static_cast<std::size_t>((cz * core.y + cy) * core.x + cx)] += g.view()(z, y, x);
    });
    std::size_t i = 0;
    const Volume<float> original = volume_of(core, [&](auto...) { return sums[i++]; });
    const double terms = std::ceil(double(grid.z) / double(core.z)) * std::ceil(double(grid.y) / double(core.y)) *
                         std::ceil(double(grid.x) / double(core.x));
    EXPECT_LT(largest_difference(out.voxels(), original), 8 * terms * terms * rounding);  // one rounding a term
    EXPECT_TRUE(out.padding_kept());
}

std::complex<double> coefficient(View<const float> volume, std::int64_t z, std::int64_t y, std::int64_t x) {
    return {volume(z, y, 2 * x), volume(z, y, 2 * x + 1)};
}

/// `shape` of coefficients.
void Weigh::check_multiply(Shape shape) {
    const Shape floats{shape.z, shape.y, 2 * shape.x};
    const Volume<float> a = random_volume(floats, 1, -2.f, 2.f), b = random_volume(floats, 2, -2.f, 2.f),
                        c = random_volume(floats, 3, -2.f, 2.f);
    Volume<float> spectrum = copy_to(device(), a), otf = copy_to(device(), b), addend = copy_to(device(), c);
    Volume<float> product(floats, device()), conjugate(floats, device());
    const auto complex = [&](Volume<float>& of) { return View<Complex>(reinterpret_cast<Complex*>(of.data()), shape); };

    backend().multiply_to(complex(spectrum), complex(otf), Conjugate::no, complex(product), {});
    backend().multiply_to(complex(spectrum), complex(otf), Conjugate::yes, complex(conjugate), {});
    backend().multiply_add(complex(spectrum), complex(otf), complex(addend), complex(addend), {});
    backend().wait({});

    const Volume<float> products = on_host(product), conjugates = on_host(conjugate), sums = on_host(addend);
    for_each_voxel(shape, [&](auto z, auto y, auto x) {
        const auto p = coefficient(a, z, y, x), q = coefficient(b, z, y, x), r = coefficient(c, z, y, x);
        // Four roundings of terms that are no larger than |p| |q| + |r|.
        const double tolerance = 4 * rounding * (std::abs(p) * std::abs(q) + std::abs(r));
        ASSERT_LT(std::abs(coefficient(products, z, y, x) - p * q), 1.5 * tolerance);
        ASSERT_LT(std::abs(coefficient(conjugates, z, y, x) - p * std::conj(q)), 1.5 * tolerance);
        ASSERT_LT(std::abs(coefficient(sums, z, y, x) - (r + p * q)), 1.5 * tolerance);
    });
}

TEST_P(Weigh, TakesVoxelsTimesWhatLiesBetweenKnots) {
    for_each_size(quick_sizes(), [&](Shape shape) {
        check_weigh(shape, {2, 3, 4});
        check_weigh(shape, {1, 1, 1});
    });
}

TEST_P(Weigh, TakesKnotsAtEveryVoxel) {
    for_each_size(few(), [&](Shape shape) { check_weigh(shape, shape); });
}

TEST_P(Weigh, FoldsEveryVoxelOfTheMarginOnce) {
    using Fill = Margin::Fill;
    for_each_size(few(), [&](Shape core) {
        for (const Fill fill : {Fill::mirror, Fill::constant}) {
            check_fold(core, {fill, {0, 0, 0}, 0}, core);
            check_fold(core, {fill, {1, 0, 2}, 0}, {core.z + 3, core.y + 2, core.x + 4});
            check_fold(core, {fill, {0, core.y, 3}, 0}, {core.z, 3 * core.y + 1, core.x + 3});
        }
    });
}

TEST_P(Weigh, MultipliesAndAdds) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_multiply(shape); });
}

TEST_P(Weigh, SoakOfLargerSizes) {
    for_each_size(soak_sizes(), [&](Shape shape) {
        check_weigh(shape, {2, 3, 4});
        check_fold(shape, {Margin::Fill::mirror, {1, 2, 3}, 0}, {shape.z + 2, shape.y + 4, shape.x + 7});
        check_multiply(shape);
    });
}

}  // namespace

}  // namespace planapo::testing
