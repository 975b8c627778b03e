// correct: what views ask for, gathered and applied.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"
#include "layouts.hpp"
#include "misfit_original.hpp"

namespace planapo::testing {

namespace {

/// Every voxel within `roundings` of a double original, each of the size that `size` says.
template <typename Original, typename Size>
void expect_near(View<const float> found, Original original, Size size, double roundings) {
    for_each_voxel(found.shape(), [&](auto z, auto y, auto x) {
        ASSERT_NEAR(found(z, y, x), original(z, y, x), roundings * rounding * size(z, y, x))
            << "at " << z << ", " << y << ", " << x;
    });
}

class Correct : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }
    void check_residual(const Layout& layout, bool weighted);
    void check_gather(const Layout& layout, Gathering how, bool gained);
    void check_invert(Shape shape);
    void check_invert_with_sight(const Volume<float>& seen, float least);
    void check_correct(const Layout& layout, bool gained, bool penalised);
};
PLANAPO_ON_EVERY_MACHINE(Correct);

void Correct::check_residual(const Layout& layout, bool weighted) {
    const float background = 0.5f, floor = 0.01f;
    const Volume<float> weights = weighted ? random_weights(layout.core, 31) : constant_volume(layout.core, 1),
                        observed = unknown_where_weightless(random_volume(layout.core, 32, -0.5f, 4.f), weights),
                        blurred = random_volume(layout.grid, 33, -1.f, 3.f);
    Volume<float> asked(layout.core);
    MisfitOriginal original;
    for_each_voxel(layout.core, [&](auto z, auto y, auto x) {
        const float weight = weights.view()(z, y, x), model = std::max(blurred.view()(z, y, x) + background, floor),
                    recorded = weight > 0 ? std::max(observed.view()(z, y, x), 0.f) : 0;
        asked.view()(z, y, x) = weight > 0 ? weight * (recorded / model - 1.f) : 0.f;
        if (weight > 0) original.add(recorded, model, weight);
    });
    DeviceGrid grid(blurred, device()), input(observed, device()), by(weights, device());

    original.expect(total_of<Misfit>(device(), layout.core, [&](Misfit* partials) {
        const View<const float> counted = weighted ? by.view() : View<float>();
        backend().residual(grid.view(), {input.view(), counted, background}, floor, layout.margin, partials, {});
    }));

    const Volume<float> expected = spread_original(asked, layout), found = grid.voxels();
    const auto size = [&](auto z, auto y, auto x) { return std::abs(expected.view()(z, y, x)) + 4; };
    expect_near(found, expected.view(), size, 3);  // a card multiplies and adds at once: it may leave a rounding out
    EXPECT_TRUE(grid.padding_kept());
    EXPECT_TRUE(same_bits(input.voxels(), observed));
}

void Correct::check_gather(const Layout& layout, Gathering how, bool gained) {
    const float share = 0.5f;
    const Volume<float> asked = random_volume(layout.grid, 34, -1.5f, 3.f), gain = random_weights(layout.core, 35),
                        before = random_volume(layout.core, 36, -0.9f, 1.f);
    DeviceGrid grid(asked, device()), by(gain, device()), all(before, device());

    backend().gather(grid.view().corner(layout.core), gained ? by.view() : View<float>(), share, how, all.view(), {});
    backend().wait({});

    const auto original = [&](auto z, auto y, auto x) -> double {
        const double one = asked.view()(z, y, x), old = before.view()(z, y, x);
        if (how == Gathering::largest) return std::max(one, old);
        if (how == Gathering::sum) return old + share * one;
        return (1 + old) * std::pow(std::max(1 + (gained ? gain.view()(z, y, x) : 1.) * one, 1e-3), share) - 1;
    };
    // A product, two sums, a power of at most 2.7 (good to 4 roundings on a card) of a number with two of its own.
    expect_near(
        all.voxels(), original, [](auto...) { return 6; }, how == Gathering::largest ? 0 : 8);
    EXPECT_TRUE(all.padding_kept());
    EXPECT_TRUE(same_bits(grid.voxels(), asked));
}

void Correct::check_invert(Shape shape) {
    const float least = 0.25f;
    const Volume<float> seen = random_weights(shape, 37);
    DeviceGrid gain(seen, device());

    backend().invert(gain.view(), {}, least, {});
    backend().wait({});

    const Volume<float> original = volume_of(shape, [&](auto z, auto y, auto x) {
        const float one = seen.view()(z, y, x);
        return one > least ? 1.f / one : 0.f;  // rounded once, on every machine
    });
    EXPECT_TRUE(same_bits(gain.voxels(), original));
    EXPECT_TRUE(gain.padding_kept());
    check_invert_with_sight(seen, least);
}

void Correct::check_invert_with_sight(const Volume<float>& seen, float least) {
    const Volume<float> share = random_volume(seen.shape(), 43, 0.f, 1.f);
    DeviceGrid gain(seen, device()), sight(share, device());

    backend().invert(gain.view(), sight.view(), least, {});
    backend().wait({});

    const auto original = [&](auto z, auto y, auto x) -> double {
        const double one = seen.view()(z, y, x), part = share.view()(z, y, x);
        return one > least ? part * part * part / one : 0;
    };
    // Two products and a quotient, each rounded once, of numbers below 1 / least = 4.
    expect_near(
        gain.voxels(), original, [](auto...) { return 4; }, 3);
}

void Correct::check_correct(const Layout& layout, bool gained, bool penalised) {
    const float floor = 0.03f;
    const DeviceValue course(Course{}, device());
    const Volume<float> asked = random_volume(layout.grid, 38, -1.5f, 2.f), gain = random_weights(layout.core, 39),
                        penalty = random_volume(layout.core, 40, 0.5f, 2.f),
                        from = random_volume(layout.core, 41, 0.f, 2.f), before = random_volume(layout.core, 42);
    DeviceGrid grid(asked, device()), gains(gain, device()), penalties(penalty, device()), point(from, device()),
        estimate(before, device()), kept(layout.core, device()), in_place(from, device());
    const Correction by{gained ? gains.view() : View<float>(), penalised ? penalties.view() : View<float>(), floor};
    const View<const float> correction = grid.view().corner(layout.core);

    backend().correct(correction, by, point.view(), estimate.view(), kept.view(), course.get(), {});
    backend().correct(correction, by, in_place.view(), in_place.view(), {}, course.get(), {});
    backend().wait({});

    const auto original = [&](auto z, auto y, auto x) -> double {
        const double factor = gained ? gain.view()(z, y, x) : 1, smooth = penalised ? penalty.view()(z, y, x) : 1;
        if (factor == 0) return floor;
        return std::max<double>(from.view()(z, y, x) * (1 + factor * asked.view()(z, y, x)) * smooth, floor);
    };
    // Two products and a sum in the bracket, at most 5; two products behind it, by at most 2 each.
    expect_near(
        estimate.voxels(), original, [](auto...) { return 2 * 5 * 2; }, 5);
    EXPECT_TRUE(same_bits(estimate.voxels(), in_place.voxels()));
    EXPECT_TRUE(same_bits(kept.voxels(), before));
    EXPECT_TRUE(same_bits(point.voxels(), from));
    EXPECT_TRUE(estimate.padding_kept() && in_place.padding_kept() && kept.padding_kept());
}

TEST_P(Correct, ResidualFillsTheMarginAndSumsTheMisfit) {
    for_each_size(quick_sizes(), [&](Shape core) {
        check_residual(layouts_of(core)[2], true);
        check_residual(layouts_of(core).back(), false);
    });
}

TEST_P(Correct, ResidualWhereTheModelIsRightIsNothing) {
    const Shape shape{2, 3, 33};
    DeviceGrid grid(constant_volume(shape, 2.f), device()), observed(constant_volume(shape, 2.5f), device());

    const Misfit misfit = total_of<Misfit>(device(), shape, [&](Misfit* partials) {
        backend().residual(grid.view(), {observed.view(), {}, 0.5f}, 1e-6f, {}, partials, {});
    });

    EXPECT_TRUE(same_bits(grid.voxels(), constant_volume(shape, 0.f)));
    EXPECT_EQ(misfit.divergence, 0);
}

TEST_P(Correct, GatherTakesInOneViewMore) {
    for_each_size(quick_sizes(), [&](Shape core) {
        check_gather(layouts_of(core).back(), Gathering::largest, false);
        check_gather(layouts_of(core).back(), Gathering::sum, false);
        check_gather(layouts_of(core).back(), Gathering::product, false);
        check_gather(layouts_of(core).back(), Gathering::product, true);
    });
}

TEST_P(Correct, InvertLeavesWhatIsHardlySeenAtZero) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_invert(shape); });
}

TEST_P(Correct, CorrectStartsFromThePointAndKeepsTheEstimateBefore) {
    for_each_size(quick_sizes(), [&](Shape core) {
        check_correct(layouts_of(core).back(), false, false);
        check_correct(layouts_of(core).back(), true, false);
        check_correct(layouts_of(core).back(), true, true);
    });
}

TEST_P(Correct, CorrectLeavesAnEstimateThatHasItsVerdict) {
    const Shape shape{3, 9, 33};
    const Volume<float> before = random_volume(shape, 43), asked = random_volume(shape, 44);
    for (const Verdict verdict : {Verdict::stop, Verdict::step_back}) {
        const DeviceValue course(Course{.verdict = verdict}, device());
        DeviceGrid grid(asked, device()), estimate(before, device()), previous(asked, device());

        backend().correct(grid.view(), {}, grid.view(), estimate.view(), previous.view(), course.get(), {});
        backend().wait({});

        EXPECT_TRUE(same_bits(estimate.voxels(), before));
        EXPECT_TRUE(same_bits(previous.voxels(), asked));
    }
}

TEST_P(Correct, SoakOfLargerSizes) {
    for_each_size(soak_sizes(), [&](Shape core) {
        check_residual(layouts_of(core).back(), true);
        check_gather(layouts_of(core).back(), Gathering::product, true);
        check_invert(core);
        check_correct(layouts_of(core).back(), true, true);
    });
}

}  // namespace

}  // namespace planapo::testing
