// fft: what a device tells of its transforms' costs.
#include <gtest/gtest.h>

#include "backend.hpp"
#include "common/machines.hpp"

namespace planapo::testing {

namespace {

class FftCostsOf : public OnMachine {};
PLANAPO_ON_EVERY_MACHINE(FftCostsOf);

/// Lengths without a gap: one that is missing would be taken for dear.
TEST_P(FftCostsOf, EveryFastLengthUpToTheLast) {
    const FftCosts* const costs = device().backend().fft_costs();
    EXPECT_TRUE(costs == nullptr || !device().is_cpu());
    if (costs == nullptr) return;  // nobody has measured a device like this one
    ASSERT_FALSE(costs->lengths.empty());
    std::int64_t expected = 2;
    const auto is_fast = [](std::int64_t n) {
        for (const std::int64_t prime : {2, 3, 5, 7})
            while (n % prime == 0) n /= prime;
        return n == 1;
    };
    for (const FftCosts::Length& one : costs->lengths) {
        while (!is_fast(expected)) ++expected;
        EXPECT_EQ(one.length, expected++);
        for (const std::int64_t cost : {one.z, one.y, one.x}) EXPECT_GT(cost, 0) << one.length;
    }
}

}  // namespace

}  // namespace planapo::testing
