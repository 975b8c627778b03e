// consensus: what two halves ask for, and the update where they agree.
#include <gtest/gtest.h>

#include <algorithm>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"

namespace planapo::testing {

namespace {

class Consensus : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }
    void check_agree(Shape core, const Margin& margin, Shape size);
    void check_update(Shape core);
};
PLANAPO_ON_EVERY_MACHINE(Consensus);

void Consensus::check_agree(Shape core, const Margin& margin, Shape size) {
    const Volume<float> one = random_volume(core, 40, 0.f, 1.f), other = random_volume(size, 41, 0.f, 1.f);
    const auto a = one.view();
    const auto b = other.view();
    const Volume<float> sum = volume_of(core, [&](auto z, auto y, auto x) { return a(z, y, x) + b(z, y, x); });
    const Volume<float> product =
        volume_of(core, [&](auto z, auto y, auto x) { return (2.f * a(z, y, x) - 1.f) * (2.f * b(z, y, x) - 1.f); });
    DeviceGrid first(one, device()), grid(other, device()), correction(core, device()), spread(size, device()),
        on_device(product, device());

    backend().agree(grid.view(), first.view(), correction.view(), margin, {});
    backend().spread(on_device.view(), spread.view(), margin, {});  // tested by itself
    backend().wait({});

    EXPECT_TRUE(same_bits(correction.voxels(), sum));
    EXPECT_TRUE(same_bits(grid.voxels(), spread.voxels()));
    EXPECT_TRUE(same_bits(first.voxels(), one));
    EXPECT_TRUE(grid.padding_kept() && correction.padding_kept());
}

void Consensus::check_update(Shape core) {
    const float floor = 0.2f;
    const Shape size{core.z + 2, core.y + 1, core.x + 3};
    const Volume<float> agreement = random_volume(size, 42, -1.f, 1.f), by = random_volume(core, 43, 0.f, 2.f),
                        before = random_volume(core, 44, 0.f, 1.f);
    double expected_count = 0;
    const Volume<float> expected = volume_of(core, [&](auto z, auto y, auto x) {
        if (agreement.view()(z, y, x) < 0) return before.view()(z, y, x);
        ++expected_count;
        return std::max(before.view()(z, y, x) * by.view()(z, y, x), floor);
    });
    DeviceGrid grid(agreement, device()), correction(by, device()), estimate(before, device());
    const Buffer partials(backend().partial_sums(core) * static_cast<std::int64_t>(sizeof(Misfit)), device());
    Misfit total;

    backend().update_agreed(grid.view(), correction.view(), estimate.view(), floor,
                            static_cast<Misfit*>(partials.data()), {});
    backend().copy(partials.data(), &total, sizeof total, {});
    backend().wait({});

    EXPECT_TRUE(same_bits(estimate.voxels(), expected));
    EXPECT_TRUE(estimate.padding_kept());
    EXPECT_EQ(total.expected, expected_count);
}

TEST_P(Consensus, AgreeMultipliesAndFillsTheMargin) {
    for_each_size(quick_sizes(), [&](Shape core) {
        check_agree(core, {Margin::Fill::mirror, {1, 0, 2}, 0}, {core.z + 1, core.y + 2, core.x + 4});
        check_agree(core, {Margin::Fill::constant, {0, 0, 0}, 0.5f}, {core.z, core.y + 1, core.x + 1});
    });
}

TEST_P(Consensus, UpdatesWhereHalvesAgreeAndCounts) {
    for_each_size(quick_sizes(), [&](Shape core) { check_update(core); });
}

}  // namespace

}  // namespace planapo::testing
