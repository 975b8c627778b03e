// arithmetic: fill, widen, admit, start, multiply.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"
#include "misfit_original.hpp"

namespace planapo::testing {

namespace {

class Arithmetic : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }
    void check_fill(Shape shape);
    void check_widen(Shape shape);
    void check_start(Shape shape);
    void check_weights(Shape shape);
    void check_multiply(Shape shape, Conjugate conjugate);
};
PLANAPO_ON_EVERY_MACHINE(Arithmetic);

void Arithmetic::check_fill(Shape shape) {
    DeviceGrid grid(shape, device());

    backend().fill(grid.view(), 2.5f, {});
    backend().wait({});

    EXPECT_TRUE(same_bits(grid.voxels(), constant_volume(shape, 2.5f)));
    EXPECT_TRUE(grid.padding_kept());
}

void Arithmetic::check_widen(Shape shape) {
    Volume<std::uint16_t> narrow(shape);
    for (std::int64_t i = 0; i < shape.voxels(); ++i) narrow.data()[i] = static_cast<std::uint16_t>(i * 7919 % 65536);
    Volume<std::uint16_t> input(shape, device());
    backend().copy(narrow.data(), input.data(), shape.voxels() * 2, {});
    DeviceGrid wide(shape, device());

    backend().widen(input.view(), wide.view(), {});
    backend().wait({});

    const Volume<float> original =
        volume_of(shape, [&](auto z, auto y, auto x) { return narrow.view()(z, y, x); });  // every one is a float
    EXPECT_TRUE(same_bits(wide.voxels(), original));
    EXPECT_TRUE(wide.padding_kept());
}

void Arithmetic::check_start(Shape shape) {
    const float background = 0.25f, floor = 0.125f;
    const Volume<float> observed = random_volume(shape, 1, -1.f, 2.f);
    DeviceGrid input(observed, device()), estimate(shape, device());

    backend().start({input.view(), {}, background}, floor, estimate.view(), {});
    backend().wait({});

    // One rounding, that of the difference: a float is as good as the double below, rounded.
    const Volume<float> original = volume_of(shape, [&](auto z, auto y, auto x) {
        return std::max(static_cast<double>(observed.view()(z, y, x)) - background, static_cast<double>(floor));
    });
    EXPECT_TRUE(same_bits(estimate.voxels(), original));
    EXPECT_TRUE(estimate.padding_kept());
}

/// admit and start: what has no weight is taken from nowhere.
void Arithmetic::check_weights(Shape shape) {
    const float background = 0.25f, floor = 0.125f;
    const Volume<float> weights = random_weights(shape, 3), before = random_volume(shape, 5),
                        image = unknown_where_weightless(random_volume(shape, 4, -1.f, 2.f), weights);
    DeviceGrid input(image, device()), by(weights, device()), admitted(shape, device()), started(before, device());

    backend().admit(input.view(), by.view(), admitted.view(), {});
    backend().start({input.view(), by.view(), background}, floor, started.view(), {});
    backend().admit(input.view(), by.view(), input.view(), {});  // in place
    backend().wait({});

    const auto where_trusted = [&](auto inside, auto outside) {
        return volume_of(shape, [&](auto z, auto y, auto x) {
            return weights.view()(z, y, x) > 0 ? inside(image.view()(z, y, x)) : outside(before.view()(z, y, x));
        });
    };
    const Volume<float> kept = where_trusted([](float seen) { return seen; }, [](float) { return 0.f; }),
                        start = where_trusted([&](float seen) { return std::max(seen - background, floor); },
                                              [](float old) { return old; });
    EXPECT_TRUE(same_bits(admitted.voxels(), kept));
    EXPECT_TRUE(same_bits(input.voxels(), kept));
    EXPECT_TRUE(same_bits(started.voxels(), start));
    EXPECT_TRUE(admitted.padding_kept() && started.padding_kept() && input.padding_kept());
}

std::complex<double> coefficient(View<const float> volume, std::int64_t z, std::int64_t y, std::int64_t x) {
    return {volume(z, y, 2 * x), volume(z, y, 2 * x + 1)};
}

/// `shape` of coefficients.
void Arithmetic::check_multiply(Shape shape, Conjugate conjugate) {
    const Shape floats{shape.z, shape.y, 2 * shape.x};
    const Volume<float> a = random_volume(floats, 1, -2.f, 2.f), b = random_volume(floats, 2, -2.f, 2.f);
    Volume<float> spectrum = copy_to(device(), a), otf = copy_to(device(), b);

    backend().multiply({reinterpret_cast<Complex*>(spectrum.data()), shape},
                       {reinterpret_cast<Complex*>(otf.data()), shape}, conjugate, {});
    backend().wait({});

    const Volume<float> result = on_host(spectrum);
    for_each_voxel(shape, [&](auto z, auto y, auto x) {
        const auto p = coefficient(a, z, y, x), q = coefficient(b, z, y, x);
        const auto expected = p * (conjugate == Conjugate::yes ? std::conj(q) : q);
        // Three roundings of terms that are no larger than |p| |q|.
        const double tolerance = 3 * std::numeric_limits<float>::epsilon() / 2 * std::abs(p) * std::abs(q);
        ASSERT_NEAR(coefficient(result, z, y, x).real(), expected.real(), tolerance);
        ASSERT_NEAR(coefficient(result, z, y, x).imag(), expected.imag(), tolerance);
    });
}

TEST_P(Arithmetic, FillWritesEveryVoxelAndNothingElse) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_fill(shape); });
}

TEST_P(Arithmetic, WidenIsExact) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_widen(shape); });
}

TEST_P(Arithmetic, StartTakesWhatIsAboveTheBackgroundAndTheFloor) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_start(shape); });
}

TEST_P(Arithmetic, WhatHasNoWeightIsNeitherAdmittedNorStartedFrom) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_weights(shape); });
}

TEST_P(Arithmetic, MultiplyIsTheComplexProduct) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_multiply(shape, Conjugate::no); });
}

TEST_P(Arithmetic, MultiplyByTheConjugate) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_multiply(shape, Conjugate::yes); });
}

TEST_P(Arithmetic, MultiplyOfUnitsIsExact) {
    const Volume<float> a = volume_of({1, 1, 4}, [](auto, auto, auto x) { return x == 0 || x == 3 ? 1 : 0; });  // 1, i
    const Volume<float> b = volume_of({1, 1, 4}, [](auto, auto, auto x) { return x % 2; });                     // i, i
    Volume<float> spectrum = copy_to(device(), a), otf = copy_to(device(), b);
    const View<Complex> both{reinterpret_cast<Complex*>(spectrum.data()), {1, 1, 2}};

    backend().multiply(both, {reinterpret_cast<Complex*>(otf.data()), {1, 1, 2}}, Conjugate::no, {});   // i, -1
    backend().multiply(both, {reinterpret_cast<Complex*>(otf.data()), {1, 1, 2}}, Conjugate::yes, {});  // 1, i
    backend().wait({});

    EXPECT_EQ(largest_difference(on_host(spectrum), a), 0);
}

TEST_P(Arithmetic, SoakOfLargerSizes) {
    for_each_size(soak_sizes(), [&](Shape shape) {
        check_fill(shape);
        check_start(shape);
        check_multiply(shape, Conjugate::no);
        check_multiply(shape, Conjugate::yes);
    });
}

}  // namespace

}  // namespace planapo::testing
