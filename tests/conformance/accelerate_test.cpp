// accelerate: how far an iteration moved the estimate, and where the next one starts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"
#include "misfit_original.hpp"

namespace planapo::testing {

namespace {

class Accelerate : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }
    void check_change(Shape shape);
    void check_predict(Shape shape);

    /// The momentum after `iterations`; where factors are given, by them.
    float chosen(Momentum rule, std::int32_t iterations, const Changes& changes, const std::vector<float>& given = {}) {
        const DeviceValue total(changes, device());
        const DeviceValue course(Course{.judged = iterations, .momentum = -1}, device());
        Volume<float> factors;
        if (!given.empty()) {
            const Shape row{1, 1, static_cast<std::int64_t>(given.size())};
            factors = copy_to(device(), volume_of(row, [&](auto, auto, auto x) { return given[x]; }));
        }
        backend().choose_momentum(total.get(), rule, given.empty() ? View<float>() : factors.view(), course.get(), {});
        backend().wait({});
        return course.read().momentum;
    }
};
PLANAPO_ON_EVERY_MACHINE(Accelerate);

void Accelerate::check_change(Shape shape) {
    const Volume<float> now = random_volume(shape, 61, 0.f, 2.f), from = random_volume(shape, 62, 0.f, 2.f),
                        before = random_volume(shape, 63, -1.f, 1.f);
    DeviceGrid estimate(now, device()), point(from, device()), change(before, device());
    const Volume<float> moved = volume_of(
        shape, [&](auto z, auto y, auto x) { return now.view()(z, y, x) - from.view()(z, y, x); });  // rounded once
    double with_before = 0, of_before = 0, size = 0;
    for_each_voxel(shape, [&](auto z, auto y, auto x) {
        const double a = moved.view()(z, y, x), b = before.view()(z, y, x);
        with_before += a * b;
        of_before += b * b;
        size += std::abs(a * b);
    });

    const Changes found = total_of<Changes>(device(), shape, [&](Changes* partials) {
        backend().change(estimate.view(), point.view(), change.view(), partials, {});
    });

    EXPECT_NEAR(found.with_before, with_before, 1e-12 * size);  // sums of doubles, in another order
    EXPECT_NEAR(found.before, of_before, 1e-12 * of_before);
    EXPECT_TRUE(same_bits(change.voxels(), moved));
    EXPECT_TRUE(change.padding_kept());
}

void Accelerate::check_predict(Shape shape) {
    const float momentum = 0.7f, floor = 0.1f;
    const DeviceValue course(Course{.momentum = momentum}, device());
    const Volume<float> now = random_volume(shape, 64, 0.f, 2.f), before = random_volume(shape, 65, 0.f, 2.f);
    DeviceGrid estimate(now, device()), previous(before, device()), point(shape, device());

    backend().predict(estimate.view(), previous.view(), floor, course.get(), point.view(), {});
    backend().wait({});

    const Volume<float> found = point.voxels();
    for_each_voxel(shape, [&](auto z, auto y, auto x) {
        const double a = now.view()(z, y, x), b = before.view()(z, y, x);
        // A difference of at most 2, its product and a sum of at most 3.4: one rounding each.
        ASSERT_NEAR(found.view()(z, y, x), std::max<double>(a + momentum * (a - b), floor), rounding * (2 + 2 + 4));
    });
    EXPECT_TRUE(point.padding_kept());
}

TEST_P(Accelerate, ChangeMeasuresAndReplacesTheOneBefore) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_change(shape); });
}

TEST_P(Accelerate, PredictGoesFurtherTheSameWay) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_predict(shape); });
}

TEST_P(Accelerate, BiggsAndAndrewsNeedTwoChanges) {
    EXPECT_EQ(chosen(Momentum::biggs_andrews, 1, {3, 4}), 0);
    EXPECT_EQ(chosen(Momentum::biggs_andrews, 2, {3, 4}), 0.75f);
    EXPECT_EQ(chosen(Momentum::biggs_andrews, 9, {5, 4}), 1) << "never further than the last iteration came";
    EXPECT_EQ(chosen(Momentum::biggs_andrews, 9, {-1, 4}), 0) << "changes that disagree";
    EXPECT_EQ(chosen(Momentum::biggs_andrews, 9, {0, 0}), 0) << "nothing changed";
}

TEST_P(Accelerate, TheHeavyBallHasASequenceOfItsOwn) {
    for (const int k : {1, 2, 3, 30}) EXPECT_FLOAT_EQ(chosen(Momentum::heavy_ball, k, {}), k / (k + 3.f));
}

TEST_P(Accelerate, GivenFactorsAreTakenAndTheLastHolds) {
    const std::vector<float> given{0.5f, 0.25f, 0.75f};
    for (const Momentum rule : {Momentum::biggs_andrews, Momentum::heavy_ball})
        for (const int k : {1, 2, 3, 4, 9}) EXPECT_EQ(chosen(rule, k, {1, 1}, given), given[std::min(k, 3) - 1]);
}

TEST_P(Accelerate, SoakOfLargerSizes) {
    for_each_size(soak_sizes(), [&](Shape shape) {
        check_change(shape);
        check_predict(shape);
    });
}

}  // namespace

}  // namespace planapo::testing
