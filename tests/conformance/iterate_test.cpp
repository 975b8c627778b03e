// iterate: the element-wise half of an iteration, in the core and in the margin.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"
#include "layouts.hpp"
#include "misfit_original.hpp"

namespace planapo::testing {

namespace {

class Iterate : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }
    Misfit ratio(View<float> grid, View<const float> observed, float background, float floor, const Margin& margin);
    void check_spread(const Layout& layout);
    void check_ratio(const Layout& layout);
    void check_misfit(const Layout& layout);
    void check_weighted_misfit(const Layout& layout);
    void check_update(const Layout& layout);
};
PLANAPO_ON_EVERY_MACHINE(Iterate);

Misfit Iterate::ratio(View<float> grid, View<const float> observed, float background, float floor,
                      const Margin& margin) {
    return total_of<Misfit>(device(), observed.shape(), [&](Misfit* partials) {
        backend().ratio(grid, observed, background, floor, margin, partials, {});
    });
}

void Iterate::check_spread(const Layout& layout) {
    const Volume<float> core = random_volume(layout.core, 10);
    DeviceGrid input(core, device()), grid(layout.grid, device());

    backend().spread(input.view(), grid.view(), layout.margin, {});
    backend().wait({});

    EXPECT_TRUE(same_bits(grid.voxels(), spread_original(core, layout)));
    EXPECT_TRUE(grid.padding_kept());
}

void Iterate::check_ratio(const Layout& layout) {
    const float background = 0.5f, floor = 0.01f;
    const Volume<float> observed = random_volume(layout.core, 11, -0.5f, 4.f);  // some below zero: taken as 0
    const Volume<float> blurred = random_volume(layout.grid, 12, -1.f, 3.f);  // some below -background: the floor holds
    Volume<float> expected_ratio(layout.core);
    MisfitOriginal original;
    for_each_voxel(layout.core, [&](auto z, auto y, auto x) {
        const double recorded = std::max(observed.view()(z, y, x), 0.f);
        const double model = std::max(blurred.view()(z, y, x) + background, floor);
        expected_ratio.view()(z, y, x) = static_cast<float>(recorded / model);
        original.add(recorded, model);
    });
    DeviceGrid grid(blurred, device()), input(observed, device());

    original.expect(ratio(grid.view(), input.view(), background, floor, layout.margin));

    EXPECT_TRUE(same_bits(grid.voxels(), spread_original(expected_ratio, layout)));
    EXPECT_TRUE(grid.padding_kept());
    EXPECT_TRUE(same_bits(input.voxels(), observed));
}

void Iterate::check_misfit(const Layout& layout) {
    const float background = 0.5f, scale = 0.75f, floor = 0.01f;
    const DeviceValue course(Course{.scale = scale}, device());
    const Volume<float> observed = random_volume(layout.core, 18, -0.5f, 4.f),
                        blurred = random_volume(layout.grid, 19, -1.f, 3.f);
    MisfitOriginal original;
    for_each_voxel(layout.core, [&](auto z, auto y, auto x) {
        original.add(std::max(observed.view()(z, y, x), 0.f),
                     std::max(scale * blurred.view()(z, y, x) + background, floor));
    });
    DeviceGrid grid(blurred, device()), input(observed, device());

    original.expect(total_of<Misfit>(device(), layout.core, [&](Misfit* partials) {
        backend().misfit(grid.view(), {input.view(), {}, background}, course.get(), floor, partials, {});
    }));

    EXPECT_TRUE(same_bits(grid.voxels(), blurred));
    EXPECT_TRUE(same_bits(input.voxels(), observed));
}

void Iterate::check_weighted_misfit(const Layout& layout) {
    const float background = 0.5f, floor = 0.01f;
    const DeviceValue course(Course{}, device());
    const Volume<float> weights = random_weights(layout.core, 22), blurred = random_volume(layout.grid, 23, -1.f, 3.f),
                        observed = unknown_where_weightless(random_volume(layout.core, 24, -0.5f, 4.f), weights);
    MisfitOriginal original;
    for_each_voxel(layout.core, [&](auto z, auto y, auto x) {
        const float weight = weights.view()(z, y, x);
        if (weight > 0)
            original.add(std::max(observed.view()(z, y, x), 0.f), std::max(blurred.view()(z, y, x) + background, floor),
                         weight);
    });
    DeviceGrid grid(blurred, device()), input(observed, device()), by(weights, device());

    original.expect(total_of<Misfit>(device(), layout.core, [&](Misfit* partials) {
        backend().misfit(grid.view(), {input.view(), by.view(), background}, course.get(), floor, partials, {});
    }));
}

/// update and update_and_spread: the same estimate, and in the second case the grid that shows it, and the estimate
/// before.
void Iterate::check_update(const Layout& layout) {
    const float floor = 0.03f;
    const Volume<float> before = random_volume(layout.core, 13, 0.f, 2.f);
    const Volume<float> correction =
        random_volume(layout.grid, 14, -0.5f, 2.f);  // of an unmatched projector: some negative
    const Volume<float> expected = volume_of(layout.core, [&](auto z, auto y, auto x) {
        return std::max(before.view()(z, y, x) * static_cast<double>(correction.view()(z, y, x)),
                        static_cast<double>(floor));
    });
    const DeviceValue course(Course{}, device());
    DeviceGrid grid(correction, device()), alone(before, device()), spread(before, device()),
        kept(before.shape(), device());

    backend().update(grid.view(), alone.view(), floor, course.get(), {});
    backend().wait({});
    EXPECT_TRUE(same_bits(alone.voxels(), expected));
    EXPECT_TRUE(same_bits(grid.voxels(), correction));

    backend().update_and_spread(grid.view(), spread.view(), kept.view(), floor, layout.margin, course.get(), {});
    backend().wait({});
    EXPECT_TRUE(same_bits(spread.voxels(), expected));
    EXPECT_TRUE(same_bits(kept.voxels(), before));
    EXPECT_TRUE(same_bits(grid.voxels(), spread_original(expected, layout)));
    EXPECT_TRUE(alone.padding_kept() && spread.padding_kept() && grid.padding_kept() && kept.padding_kept());
}

template <typename Check>
void for_each_layout(const std::vector<Shape>& cores, Check check) {
    for_each_size(cores, [&](Shape core) {
        for (const Layout& layout : layouts_of(core)) {
            SCOPED_TRACE(::testing::Message() << "in a grid of " << to_string(layout.grid) << ", "
                                              << to_string(layout.margin.before) << " of the margin before voxel 0");
            check(layout);
        }
    });
}

/// A margin many times as wide as the core: the mirrors are seen in mirrors.
std::vector<Layout> narrow_cores() {
    return {{{1, 1, 1}, {9, 8, 7}, {Margin::Fill::mirror, {4, 7, 0}, 0}},
            {{2, 3, 1}, {11, 31, 40}, {Margin::Fill::mirror, {9, 14, 39}, 0}},
            {{1, 2, 5}, {6, 13, 33}, {Margin::Fill::mirror, {0, 11, 14}, 0}},
            {{1, 2, 5}, {6, 13, 33}, {Margin::Fill::constant, {0, 11, 14}, -1}}};
}

TEST_P(Iterate, SpreadFillsTheMargin) {
    for_each_layout(quick_sizes(), [&](const Layout& layout) { check_spread(layout); });
}

TEST_P(Iterate, RatioFillsTheMarginAndSumsTheMisfit) {
    for_each_size(quick_sizes(), [&](Shape core) {
        for (const Layout& layout : two_layouts_of(core)) check_ratio(layout);
    });
}

TEST_P(Iterate, MisfitOfAScaledGridLeavesItAsItIs) {
    for_each_size(quick_sizes(), [&](Shape core) { check_misfit(layouts_of(core).back()); });
}

TEST_P(Iterate, MisfitCountsVoxelsByTheirWeightsAndSomeNotAtAll) {
    for_each_size(quick_sizes(), [&](Shape core) { check_weighted_misfit(layouts_of(core).back()); });
}

TEST_P(Iterate, UpdateFloorsTheEstimateAndFillsTheMargin) {
    for_each_layout(quick_sizes(), [&](const Layout& layout) { check_update(layout); });
}

TEST_P(Iterate, MarginsMayBeManyTimesAsWideAsTheCore) {
    for (const Layout& layout : narrow_cores()) {
        check_spread(layout);
        check_ratio(layout);
        check_update(layout);
    }
}

TEST_P(Iterate, SpreadByHand) {
    const Volume<float> core = volume_of({1, 1, 3}, [](auto, auto, auto x) { return x + 1; });
    const Volume<float> expected =
        volume_of({1, 1, 8}, [](auto, auto, auto x) { return std::vector<float>{1, 2, 3, 3, 2, 3, 2, 1}[x]; });
    DeviceGrid input(core, device()), grid({1, 1, 8}, device());

    backend().spread(input.view(), grid.view(), {Margin::Fill::mirror, {0, 0, 3}, 0}, {});
    backend().wait({});

    EXPECT_TRUE(same_bits(grid.voxels(), expected));  // 1 2 3 | 3 2 behind them, 3 2 1 | before them
}

TEST_P(Iterate, RatioWhereTheModelIsRightIsOneAndLeavesNoMisfit) {
    const Shape shape{3, 5, 33};
    DeviceGrid grid(constant_volume(shape, 2.f), device()), observed(constant_volume(shape, 2.5f), device());

    const Misfit misfit = ratio(grid.view(), observed.view(), 0.5f, 1e-6f, {});

    EXPECT_TRUE(same_bits(grid.voxels(), constant_volume(shape, 1.f)));
    EXPECT_EQ(misfit.divergence, 0);
    EXPECT_EQ(misfit.expected, 2.5 * static_cast<double>(shape.voxels()));
}

TEST_P(Iterate, RatioOfDarkness) {
    const Shape shape{2, 3, 5};
    DeviceGrid grid(constant_volume(shape, -7.f), device()), observed(constant_volume(shape, 0.f), device());

    const Misfit misfit = ratio(grid.view(), observed.view(), 0.f, 0.25f, {});

    EXPECT_TRUE(same_bits(grid.voxels(), constant_volume(shape, 0.f)));  // 0 / floor, not 0 / 0
    EXPECT_EQ(misfit.divergence, 0.25 * 30);
}

TEST_P(Iterate, HasTheSameBitsTwice) {
    const Layout layout = layouts_of({6, 17, 45}).back();
    const Volume<float> blurred = random_volume(layout.grid, 15, 0.f, 3.f),
                        seen = random_volume(layout.core, 16, 0.f, 3.f);
    std::vector<Misfit> found;
    std::vector<Volume<float>> grids;
    for_each_size({layout.core, layout.core, layout.core}, [&](Shape) {
        DeviceGrid grid(blurred, device()), observed(seen, device());
        found.push_back(ratio(grid.view(), observed.view(), 0.1f, 1e-3f, layout.margin));
        grids.push_back(grid.voxels());
    });
    for (std::size_t i = 1; i < found.size(); ++i) {
        EXPECT_EQ(std::tie(found[0].divergence, found[0].expected), std::tie(found[i].divergence, found[i].expected));
        EXPECT_TRUE(same_bits(grids[0], grids[i]));
    }
}

TEST_P(Iterate, UpdatesLeaveAnEstimateThatHasItsVerdict) {
    const Layout layout = layouts_of({3, 9, 33}).back();
    const Volume<float> before = random_volume(layout.core, 20), correction = random_volume(layout.grid, 21);
    for (const Verdict verdict : {Verdict::stop, Verdict::step_back}) {
        const DeviceValue course(Course{.verdict = verdict}, device());
        DeviceGrid grid(correction, device()), estimate(before, device()), previous(correction, device());
        const View<float> kept = previous.view().corner(layout.core);

        backend().update(grid.view(), estimate.view(), 0.f, course.get(), {});
        backend().update_and_spread(grid.view(), estimate.view(), kept, 0.f, layout.margin, course.get(), {});
        backend().wait({});

        EXPECT_TRUE(same_bits(estimate.voxels(), before));
        EXPECT_TRUE(same_bits(previous.voxels(), correction));
    }
}

TEST_P(Iterate, QueuesInOrderOnAStreamOfItsOwn) {
    const Layout layout = layouts_of({5, 9, 33}).back();
    const Volume<float> image = random_volume(layout.core, 17, 0.5f, 2.f);
    DeviceGrid estimate(image, device()), grid(layout.grid, device()), other(layout.grid, device());
    const DeviceValue course(Course{}, device());
    const Stream stream(device());

    backend().spread(estimate.view(), grid.view(), layout.margin, stream);
    backend().spread(estimate.view(), other.view(), layout.margin, stream);
    backend().update(grid.view(), estimate.view(), 0.f, course.get(), stream);  // squared
    backend().update_and_spread(other.view(), estimate.view(), {}, 0.f, layout.margin, course.get(), stream);  // cubed
    stream.wait();

    const Volume<float> cubed = volume_of(layout.core, [&](auto z, auto y, auto x) {
        const float v = image.view()(z, y, x);
        return v * v * v;
    });
    EXPECT_TRUE(same_bits(other.voxels(), spread_original(cubed, layout)));
}

TEST_P(Iterate, SoakOfLargerSizes) {
    for_each_size(soak_sizes(), [&](Shape core) {
        for (const Layout& layout : two_layouts_of(core)) {
            check_spread(layout);
            check_ratio(layout);
            check_misfit(layout);
            check_update(layout);
        }
    });
}

}  // namespace

}  // namespace planapo::testing
