// fft: filters, with and without cuFFT's callbacks, against sums over the few voxels of a kernel that are not 0.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "common/callbacks.hpp"
#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"

namespace planapo::testing {

namespace {

struct Tap {
    Shape at;
    float weight;
};

std::int64_t wrapped(std::int64_t i, std::int64_t n) { return (i % n + n) % n; }

/// Far apart, off every axis of symmetry, absolute weights adding up to 1.
std::vector<Tap> taps_for(Shape shape) {
    const auto at = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> Shape {
        return {wrapped(z, shape.z), wrapped(y, shape.y), wrapped(x, shape.x)};
    };
    return {{at(0, 0, 0), 0.5f}, {at(1, 2, 3), 0.25f}, {at(-2, 1, -1), -0.125f}, {at(0, -3, 2), 0.125f}};
}

Volume<float> kernel_of(Shape shape, const std::vector<Tap>& taps) {
    Volume<float> kernel = constant_volume(shape, 0.f);
    for (const Tap& tap : taps) kernel.view()(tap.at.z, tap.at.y, tap.at.x) += tap.weight;
    return kernel;
}

/// The convolution at one voxel; with the kernel mirrored where its OTF is conjugated.
double convolved(View<const float> image, const std::vector<Tap>& taps, Conjugate conjugate, Shape at) {
    const Shape shape = image.shape();
    const std::int64_t sign = conjugate == Conjugate::yes ? 1 : -1;
    double sum = 0;
    for (const auto& [tap, weight] : taps)
        sum += double{weight} * image(wrapped(at.z + sign * tap.z, shape.z), wrapped(at.y + sign * tap.y, shape.y),
                                      wrapped(at.x + sign * tap.x, shape.x));
    return sum;
}

/// A transform and the OTF of `taps`.
struct Prepared {
    Prepared(Shape shape, const Device& device)
        : otf(kernel_of(shape, taps_for(shape)), device),
          transform(device.backend().plan_transform(DeviceGrid(shape, device).view(), Planning::estimate)) {
        transform->forward(otf.view(), {});
        device.backend().wait({});
    }
    std::unique_ptr<Filter> filter(Conjugate conjugate) {
        return transform->filter(spectrum_of(otf.view()), conjugate);
    }

    DeviceGrid otf;
    std::unique_ptr<Transform> transform;
};

void check_filter(const Device& device, Shape shape, Conjugate conjugate) {
    const Volume<float> image = random_volume(shape, 71, -1.f, 1.f);
    Prepared prepared(shape, device);
    DeviceGrid grid(image, device);

    prepared.filter(conjugate)->apply(grid.view(), {});
    device.backend().wait({});

    const double voxels = static_cast<double>(shape.voxels());
    // Each of three transforms is off by a few roundings for each of its log2(n) steps; nothing is larger than 1.
    const double allowed = 8 * std::numeric_limits<float>::epsilon() * (2 + std::log2(voxels));
    const Volume<float> result = grid.voxels();
    for_each_voxel(shape, [&](auto z, auto y, auto x) {
        ASSERT_NEAR(result.view()(z, y, x) / voxels, convolved(image, taps_for(shape), conjugate, {z, y, x}), allowed)
            << z << ", " << y << ", " << x;
    });
}

void check_filters(const Device& device, const std::vector<Shape>& shapes) {
    for (const Conjugate conjugate : {Conjugate::no, Conjugate::yes})
        for_each_size(shapes, [&](Shape shape) { check_filter(device, shape, conjugate); });
}

class Filters : public OnMachine {};
PLANAPO_ON_EVERY_MACHINE(Filters);

TEST_P(Filters, ConvolveOrCorrelate) { check_filters(device(), quick_sizes()); }

TEST_P(Filters, SoakOfLargerSizes) { check_filters(device(), soak_sizes()); }

class FiltersWithCallbacks : public OnMachineWithCallbacks {
protected:
    Backend& backend() { return device().backend(); }
    WithCallbacks callbacks_;
};
PLANAPO_ON_EVERY_MACHINE(FiltersWithCallbacks);

TEST_P(FiltersWithCallbacks, ConvolveOrCorrelate) { check_filters(device(), quick_sizes()); }

TEST_P(FiltersWithCallbacks, SoakOfLargerSizes) { check_filters(device(), soak_sizes()); }

TEST_P(FiltersWithCallbacks, OfOneTransformTakeTurnsInARecording) {
    const Shape shape{4, 6, 10};
    const Volume<float> image = random_volume(shape, 72);
    DeviceGrid direct(image, device()), replayed(image, device());
    Prepared prepared(shape, device());
    const auto there = prepared.filter(Conjugate::no), back = prepared.filter(Conjugate::yes);
    const auto both = [&](View<float> grid, const Stream& stream) {
        there->apply(grid, stream);
        back->apply(grid, stream);
    };
    const Stream stream(device());
    const auto recording = backend().new_recording();
    recording->record([&](const Stream& on) { both(replayed.view(), on); });

    for (int i = 0; i < 2; ++i) {
        recording->replay(stream);
        both(direct.view(), stream);
    }
    stream.wait();

    EXPECT_TRUE(same_bits(direct.voxels(), replayed.voxels()));
}

TEST_P(FiltersWithCallbacks, LeaveTheTransformAsItIs) {
    const Shape shape{5, 6, 7};
    const Volume<float> image = random_volume(shape, 73);
    DeviceGrid grid(image, device());
    Prepared prepared(shape, device());
    const auto filter = prepared.filter(Conjugate::no);

    prepared.transform->forward(grid.view(), {});
    prepared.transform->inverse(grid.view(), {});
    backend().wait({});

    EXPECT_NEAR(sum_of(grid.voxels()), 210 * sum_of(image), 210 * 1e-6 * sum_of(image));  // some roundings of a float
}

TEST_P(FiltersWithCallbacks, TakeTheMemoryThatWasAnnounced) {
    for_each_size({{1, 1, 64}, {7, 11, 13}, {16, 16, 16}}, [&](Shape shape) {
        DeviceGrid otf(shape, device());
        const std::int64_t before = bytes_in_use(device());
        const auto transform = backend().plan_transform(DeviceGrid(shape, device()).view(), Planning::estimate);
        const auto filter = transform->filter(spectrum_of(otf.view()), Conjugate::no);
        EXPECT_EQ(bytes_in_use(device()) - before, backend().transform_bytes(shape));
    });
}

TEST_P(FiltersWithCallbacks, SayWhatIsMissing) {
    if (GetParam() != std::string("simulated")) GTEST_SKIP() << "nothing is missing here";
    ::setenv("PLANAPO_SIMT_NO_LINKER", "1", 1);
    try {
        backend().transform_bytes({2, 3, 4});
        ADD_FAILURE() << "planned without a linker";
    } catch (const DeviceUnavailable& error) {
        const std::string sentence = error.what();
        EXPECT_NE(sentence.find("PLANAPO_CUFFT_CALLBACKS is 1"), std::string::npos) << sentence;
        EXPECT_NE(sentence.find("libnvJitLink.so.13"), std::string::npos) << sentence;
    }
    ::unsetenv("PLANAPO_SIMT_NO_LINKER");
}

TEST_P(FiltersWithCallbacks, AreNamedInTheDescription) {
    EXPECT_NE(backend().description().find("filters by its callbacks"), std::string::npos);
}

}  // namespace

}  // namespace planapo::testing
