// A machine against the CPU. What formula.hpp computes by single operations, each of them rounded as IEEE 754 says, has
// the same bits everywhere; sums and transforms add in another order, and compilers may fuse a product with the sum
// behind it.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "common/device_grid.hpp"
#include "common/machines.hpp"

namespace planapo::testing {

namespace {

class Agreement : public OnMachine {
protected:
    /// Runs `work(device)`, which returns a volume on the host, on the CPU and here.
    template <typename Work>
    std::pair<Volume<float>, Volume<float>> on_both(Work work) {
        return {work(Device()), work(device())};
    }
};
PLANAPO_ON_EVERY_MACHINE(Agreement);

const Shape core{5, 11, 35}, size{9, 16, 48};
const Margin margin{Margin::Fill::mirror, {2, 3, 6}, 0};

TEST_P(Agreement, StartSpreadAndUpdateHaveTheBitsOfTheCpu) {
    const Volume<float> observed = random_volume(core, 20, -1.f, 3.f), correction = random_volume(size, 21, -0.5f, 2.f);
    const auto [cpu, here] = on_both([&](const Device& on) {
        DeviceGrid image(observed, on), estimate(core, on), grid(correction, on);
        on.backend().start({image.view(), {}, 0.3f}, 0.01f, estimate.view(), {});
        const DeviceValue course(Course{}, on);
        on.backend().update_and_spread(grid.view(), estimate.view(), {}, 1e-4f, margin, course.get(), {});
        on.backend().wait({});
        return grid.voxels();
    });
    EXPECT_TRUE(same_bits(cpu, here));
}

TEST_P(Agreement, RatioHasTheBitsOfTheCpuAndNearlyItsMisfit) {
    const Volume<float> observed = random_volume(core, 22, 0.f, 3.f), blurred = random_volume(size, 23, -0.2f, 3.f);
    std::vector<Misfit> misfits;
    const auto [cpu, here] = on_both([&](const Device& on) {
        DeviceGrid image(observed, on), grid(blurred, on);
        Buffer partials(on.backend().partial_sums(core) * static_cast<std::int64_t>(sizeof(Misfit)), on);
        on.backend().ratio(grid.view(), image.view(), 0.1f, 0.01f, margin, static_cast<Misfit*>(partials.data()), {});
        misfits.emplace_back();
        on.backend().copy(partials.data(), &misfits.back(), sizeof(Misfit), {});
        on.backend().wait({});
        return grid.voxels();
    });
    EXPECT_TRUE(same_bits(cpu, here));
    // Fused or not, a term differs by some roundings of its parts, which are about as large as what was expected.
    EXPECT_NEAR(misfits[0].divergence, misfits[1].divergence, 1e-6 * misfits[0].expected);
    EXPECT_NEAR(misfits[0].expected, misfits[1].expected, 1e-12 * misfits[0].expected);
}

TEST_P(Agreement, AConvolutionIsThatOfTheCpu) {
    const Volume<float> image = random_volume(size, 24), other = random_volume(size, 25);
    const auto [cpu, here] = on_both([&](const Device& on) {
        DeviceGrid grid(image, on), otf(other, on);
        const auto transform = on.backend().plan_transform(DeviceGrid(size, on).view(), Planning::estimate);
        transform->forward(grid.view(), {});
        transform->forward(otf.view(), {});
        on.backend().multiply(spectrum_of(grid.view()), spectrum_of(otf.view()), Conjugate::yes, {});
        transform->inverse(grid.view(), {});
        on.backend().wait({});
        return grid.voxels();
    });
    // Two libraries' transforms, each good to a few roundings per step of its log2(7000) of them.
    EXPECT_LT(largest_difference(cpu, here), 1e-6 * peak_of(cpu));
}

TEST_P(Agreement, SurveyIsThatOfTheCpu) {
    const Volume<float> image = random_volume(size, 26, -1.f, 5.f);
    DeviceGrid on_cpu(image, Device()), grid(image, device());

    const Survey cpu = Device().backend().survey(on_cpu.view(), 0.7f, {});
    const Survey here = device().backend().survey(grid.view(), 0.7f, {});

    EXPECT_EQ(cpu.negative, here.negative);
    EXPECT_EQ(cpu.minimum, here.minimum);
    EXPECT_EQ(cpu.maximum, here.maximum);
    EXPECT_NEAR(cpu.recorded, here.recorded, 1e-13 * cpu.recorded);  // the same terms in another order
    EXPECT_NEAR(cpu.positive_sum, here.positive_sum, 1e-13 * cpu.positive_sum);
}

}  // namespace

}  // namespace planapo::testing
