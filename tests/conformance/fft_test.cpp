// fft: transforms in place of every length, against the sum that defines them.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"

namespace planapo::testing {

namespace {

using Coefficients = std::vector<std::complex<double>>;

/// The discrete Fourier transform of each line along one axis: n^2 products of doubles.
Coefficients direct_dft(const Coefficients& values, std::int64_t lines_before, std::int64_t n, std::int64_t stride) {
    Coefficients result(values.size());
    for (std::int64_t before = 0; before < lines_before; ++before)
        for (std::int64_t after = 0; after < stride; ++after)
            for (std::int64_t k = 0; k < n; ++k)
                for (std::int64_t i = 0; i < n; ++i) {
                    const double angle =
                        -2 * std::numbers::pi * static_cast<double>(k * i % n) / static_cast<double>(n);
                    result[(before * n + k) * stride + after] +=
                        values[(before * n + i) * stride + after] * std::polar(1., angle);
                }
    return result;
}

Coefficients direct_dft(View<const float> image) {
    const Shape shape = image.shape();
    Coefficients values;
    for_each_voxel(shape, [&](auto z, auto y, auto x) { values.emplace_back(image(z, y, x)); });
    values = direct_dft(values, shape.rows(), shape.x, 1);
    values = direct_dft(values, shape.z, shape.y, shape.x);
    return direct_dft(values, 1, shape.z, shape.y * shape.x);
}

/// The root mean square error of an FFT is a few roundings for each of its log2(n) steps, relative to the root mean
/// square of the coefficients; a single one may be off by several times that.
double tolerance(View<const float> image) {
    double power = 0;
    for_each_voxel(image.shape(), [&](auto z, auto y, auto x) { power += double{image(z, y, x)} * image(z, y, x); });
    const double steps = 2 + std::log2(static_cast<double>(image.shape().voxels()));
    return 2 * std::numeric_limits<float>::epsilon() * steps * std::sqrt(power);
}

class Fft : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }
    void check_forward(Shape shape);
    void check_round_trip(Shape shape, Planning planning);
};
PLANAPO_ON_EVERY_MACHINE(Fft);

void Fft::check_forward(Shape shape) {
    const Volume<float> image = random_volume(shape, 6, -1.f, 1.f);
    const Coefficients expected = direct_dft(image);
    const std::int64_t coefficients = shape.x / 2 + 1;
    Volume<float> storage({shape.z, shape.y, 2 * coefficients}, device());
    const View<float> grid = grid_view(storage.data(), shape);
    const auto transform = backend().plan_transform(grid, Planning::estimate);
    DeviceGrid input(image, device());
    backend().copy(input.view().data(), storage.data(), grid_bytes(shape), {});

    transform->forward(grid, {});
    backend().wait({});

    const Volume<float> spectrum = on_host(storage);
    const double allowed = tolerance(image);
    for_each_voxel({shape.z, shape.y, coefficients}, [&](auto z, auto y, auto x) {
        const auto& want = expected[(z * shape.y + y) * shape.x + x];
        ASSERT_NEAR(spectrum.view()(z, y, 2 * x), want.real(), allowed) << z << ", " << y << ", " << x;
        ASSERT_NEAR(spectrum.view()(z, y, 2 * x + 1), want.imag(), allowed) << z << ", " << y << ", " << x;
    });
}

void Fft::check_round_trip(Shape shape, Planning planning) {
    const Volume<float> image = random_volume(shape, 7, -1.f, 1.f);
    DeviceGrid planned(shape, device()), grid(image, device());
    const auto transform = backend().plan_transform(planned.view(), planning);

    transform->forward(grid.view(), {});
    transform->inverse(grid.view(), {});
    backend().wait({});

    const double voxels = static_cast<double>(shape.voxels());
    const double allowed =
        2 * tolerance(image) / std::sqrt(voxels);  // the error of two transforms, spread over all voxels
    const Volume<float> back = grid.voxels();
    for_each_voxel(shape, [&](auto z, auto y, auto x) {
        ASSERT_NEAR(back.view()(z, y, x) / voxels, image.view()(z, y, x), allowed);
    });
}

TEST_P(Fft, ForwardIsTheFourierSum) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_forward(shape); });
}

TEST_P(Fft, InverseUndoesForwardButForTheScale) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_round_trip(shape, Planning::estimate); });
}

TEST_P(Fft, MeasuredPlansTransformAlike) {
    for_each_size({{1, 1, 1}, {6, 10, 15}, {1, 12, 20}},
                  [&](Shape shape) { check_round_trip(shape, Planning::measure); });
}

TEST_P(Fft, OfAnImpulseIsFlat) {
    const Shape shape{4, 5, 6};
    const Volume<float> impulse = volume_of(shape, [](auto z, auto y, auto x) { return z + y + x == 0 ? 3 : 0; });
    DeviceGrid grid(impulse, device());
    const auto transform = backend().plan_transform(DeviceGrid(shape, device()).view(), Planning::estimate);

    transform->forward(grid.view(), {});
    backend().wait({});

    const Volume<float> real_parts = grid.voxels();  // of the first half of x, as far as voxels reach
    for (const std::int64_t x : {0, 2, 4}) EXPECT_FLOAT_EQ(real_parts.view()(3, 4, x), 3.f);
    for (const std::int64_t x : {1, 3, 5}) EXPECT_FLOAT_EQ(real_parts.view()(3, 4, x), 0.f);
}

TEST_P(Fft, TransformsOfSeveralShapesLiveSideBySide) {
    const Volume<float> small = random_volume({3, 4, 5}, 8), large = random_volume({8, 6, 10}, 9);
    DeviceGrid one(small, device()), other(large, device());
    const auto of_small = backend().plan_transform(DeviceGrid({3, 4, 5}, device()).view(), Planning::estimate);
    const auto of_large = backend().plan_transform(DeviceGrid({8, 6, 10}, device()).view(), Planning::estimate);
    const Stream first(device()), second(device());

    of_small->forward(one.view(), first);
    of_large->forward(other.view(), second);
    of_small->inverse(one.view(), first);
    of_large->inverse(other.view(), second);
    first.wait();
    second.wait();

    EXPECT_NEAR(sum_of(one.voxels()), 60 * sum_of(small), 60 * 1e-6 * sum_of(small));  // some roundings of a float
    EXPECT_NEAR(sum_of(other.voxels()), 480 * sum_of(large), 480 * 1e-6 * sum_of(large));
}

TEST_P(Fft, TakesTheMemoryThatItAnnounced) {
    for_each_size({{1, 1, 64}, {7, 11, 13}, {16, 16, 16}, {1, 33, 20}}, [&](Shape shape) {
        DeviceGrid grid(shape, device());
        const std::int64_t before = bytes_in_use(device());
        const auto transform = backend().plan_transform(grid.view(), Planning::estimate);
        EXPECT_EQ(bytes_in_use(device()) - before, backend().transform_bytes(shape));
    });
}

TEST_P(Fft, SoakOfLargerSizes) {
    for_each_size(soak_sizes(), [&](Shape shape) { check_round_trip(shape, Planning::estimate); });
    for_each_size({{33, 33, 33}, {1, 128, 125}, {1, 1, 4097}}, [&](Shape shape) { check_forward(shape); });
}

}  // namespace

}  // namespace planapo::testing
