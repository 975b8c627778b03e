// judge: how a run is going, step by step.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "pinned.hpp"

namespace planapo::testing {

namespace {

class Judge : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }

    /// What becomes of a course that meets these divergences one after the other.
    Course after(const std::vector<double>& divergences, bool automatic) {
        const DeviceValue course(Course{}, device());
        history_ = Pinned<Judgement>(4, device());
        for (const double divergence : divergences) {
            const DeviceValue total(Misfit{divergence, 0}, device());
            backend().judge(View<const Misfit>(total.get(), {1, 1, 1}), automatic, course.get(), history_.view(), {});
            backend().wait({});
        }
        return course.read();
    }

    Pinned<Judgement> history_;
};
PLANAPO_ON_EVERY_MACHINE(Judge);

TEST_P(Judge, GoesOnWhileItPays) {
    const Course course = after({100, 95, 90, 80}, true);
    EXPECT_EQ(course.verdict, Verdict::go_on);
    EXPECT_EQ(course.judged, 4);
    EXPECT_EQ(course.divergence, 80);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(history_[i].divergence, (std::vector<double>{100, 95, 90, 80}[i]));
}

TEST_P(Judge, StopsWhereAnIterationGainsLittle) {
    const Course course = after({100, 90, 89.9}, true);
    EXPECT_EQ(course.verdict, Verdict::stop);
    EXPECT_EQ(history_[2].verdict, Verdict::stop);
}

TEST_P(Judge, KeepsAFirstIterationThatOvershoots) { EXPECT_EQ(after({100, 120}, true).verdict, Verdict::stop); }

TEST_P(Judge, StepsBackFromWhatIsWorse) {
    const Course course = after({100, 90, 91}, true);
    EXPECT_EQ(course.verdict, Verdict::step_back);
    EXPECT_EQ(history_[2].verdict, Verdict::step_back);
}

TEST_P(Judge, LeavesAVerdictAlone) {
    const Course course = after({100, 90, 89.9, 1, 1000}, true);
    EXPECT_EQ(course.verdict, Verdict::stop);
    EXPECT_EQ(course.judged, 3);
    EXPECT_EQ(history_[0].divergence, 100) << "the fifth place is the first again";
}

TEST_P(Judge, OnlyNotesWhereTheNumberOfIterationsIsGiven) {
    const Course course = after({100, 90, 91, 91, 200}, false);
    EXPECT_EQ(course.verdict, Verdict::go_on);
    EXPECT_EQ(course.judged, 5);
    EXPECT_EQ(history_[0].divergence, 200) << "the places are used in turn";
    EXPECT_EQ(history_[1].divergence, 90);
}

TEST_P(Judge, AddsUpTheTotalsOfAllViews) {
    constexpr std::int64_t views = 3, apart = 5;  // partial sums lie between the totals
    std::array<Misfit, views * apart> sums;
    sums.fill({1e9, 1e9});
    for (const std::int64_t view : {0, 1, 2}) sums[static_cast<std::size_t>(view * apart)] = {std::exp2(view), 1};
    const DeviceValue totals(sums, device());
    const DeviceValue course(Course{.momentum = 0.25f}, device());
    Pinned<Judgement> history(4, device());

    backend().judge(View<const Misfit>(totals.get()->data(), {1, views, 1}, apart, views * apart), true, course.get(),
                    history.view(), {});
    backend().wait({});

    EXPECT_EQ(course.read().divergence, 1 + 2 + 4);
    EXPECT_EQ(history[0].divergence, 1 + 2 + 4);
    EXPECT_EQ(history[0].momentum, 0.25f);
}

TEST_P(Judge, MatchesTheFlux) {
    const DeviceValue course(Course{.scale = 0.5}, device());
    const DeviceValue total(Misfit{0, 300}, device());
    backend().match_flux(total.get(), 200, 0.5, 200, course.get(), {});
    backend().wait({});
    EXPECT_DOUBLE_EQ(course.read().scale, 0.5 * (200 - 100) / (300 - 100));
}

TEST_P(Judge, LeavesTheScaleWhereThereIsNoFlux) {
    const DeviceValue course(Course{.scale = 0.5}, device());
    const DeviceValue total(Misfit{0, 300}, device());
    backend().match_flux(total.get(), 50, 0.5, 200, course.get(), {});  // less than the background
    backend().wait({});
    EXPECT_EQ(course.read().scale, 0.5);
}

}  // namespace

}  // namespace planapo::testing
