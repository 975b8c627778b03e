// The seven bugs, each caught in the way that it can be: in every build, or in the build that sees it.
#include <cmath>
#include <numeric>

#include "kernels.cuh"
#include "support.hpp"

namespace planapo::self_test {
namespace {

constexpr Shape ragged{11, 21, 37};  // a multiple of 8 on no axis

std::vector<float> reference_mean(const std::vector<float>& in, Shape shape) {
    const auto clamp = [](std::int64_t i, std::int64_t n) { return i < 0 ? 0 : i >= n ? n - 1 : i; };
    std::vector<float> out;
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) {
                float sum = 0;
                for (int i = 0; i < 27; ++i) {
                    const auto zi = clamp(z + i / 9 - 1, shape.z), yi = clamp(y + i / 3 % 3 - 1, shape.y);
                    sum += in[static_cast<std::size_t>((zi * shape.y + yi) * shape.x + clamp(x + i % 3 - 1, shape.x))];
                }
                out.push_back(sum / 27.f);
            }
    return out;
}

class SevenBugs : public ::testing::Test {
protected:
    ~SevenBugs() override { simt::set_order(std::nullopt); }

    /// The mean by a kernel whose accesses are checked.
    template <Bug bug>
    std::vector<float> mean() {
        const DeviceArray in(image_), out(ragged.voxels());
        box_mean<bug>(View<const float>(in.view(ragged)), out.view(ragged));
        return out.values();
    }

    /// By one whose accesses are not: the volumes lie in larger buffers, so that a stray access harms nothing but the
    /// result.
    template <Bug bug>
    std::vector<float> unchecked_mean_amid_others() {
        const auto n = ragged.voxels();
        const DeviceArray in(3 * n), out(3 * n);
        cuda::check(cudaMemcpy(in.data() + n, image_.data(), image_.size() * sizeof(float), cudaMemcpyHostToDevice));
        box_mean<bug>(Raw<const float>{in.data() + n, ragged}, Raw<float>{out.data() + n, ragged});
        const auto all = out.values();
        return {all.begin() + n, all.begin() + 2 * n};
    }

    template <Bug bug>
    void unchecked_mean() {
        const DeviceArray in(image_), out(ragged.voxels());
        box_mean<bug>(Raw<const float>{in.data(), ragged}, Raw<float>{out.data(), ragged});
    }

    template <Bug bug>
    float sum_of(std::int64_t n) {
        const DeviceArray in(whole_numbers(n)), total(std::vector<float>{0.f});
        sum<bug>(in.view({1, 1, n}), total.view({1, 1, 1}));
        return total.values()[0];
    }

    static float reference_sum(std::int64_t n) {
        const auto values = whole_numbers(n);
        return std::accumulate(values.begin(), values.end(), 0.f);
    }

    std::vector<float> image_ = whole_numbers(ragged.voxels());
    std::vector<float> expected_ = reference_mean(image_, ragged);
};

std::int64_t count_nan(const std::vector<float>& values) {
    return std::count_if(values.begin(), values.end(), [](float v) { return std::isnan(v); });
}

// Not a tolerance anywhere: the additions are the same in the same order.
TEST_F(SevenBugs, NoneInTheMean) {
    for (const auto order : all_orders) {
        simt::set_order(order);
        EXPECT_EQ(mean<Bug::none>(), expected_);
        EXPECT_EQ(unchecked_mean_amid_others<Bug::none>(), expected_);
    }
}

TEST_F(SevenBugs, NoneInTheSum) {
    for (const auto order : all_orders) {
        simt::set_order(order);
        for (const std::int64_t n : {1, 31, 64, 65, 1000}) EXPECT_EQ(sum_of<Bug::none>(n), reference_sum(n)) << n;
    }
}

TEST_F(SevenBugs, HaloNotClamped) {
    const auto sentence = complaint([&] { mean<Bug::halo_not_clamped>(); });
    EXPECT_CONTAINS(
        sentence,
        "thread (0, 0, 0) of block (0, 0, 0) indexes (z -1, y -1, x -1) outside a view of shape 11 x 21 x 37");
    EXPECT_CONTAINS(sentence, "in planapo::self_test::box_mean_kernel<");
    EXPECT_CONTAINS(sentence, "launched at self_test/kernels.cuh:");
    if (!simt::tsan::present()) {  // which does not see reads outside, and may call writes outside a race
        EXPECT_NE(unchecked_mean_amid_others<Bug::halo_not_clamped>(), expected_);
    }
}

TEST_F(SevenBugs, HaloNotClampedStopsAtTheLine) {
    NEEDS_ASAN();
    const auto line = std::to_string(line_marked("kernels.cuh", "read the volume"));
    EXPECT_DEATH(unchecked_mean<Bug::halo_not_clamped>(), "heap-buffer-overflow.*READ of size 4.*kernels.cuh:" + line);
}

TEST_F(SevenBugs, NoBarrierAfterLoad) {
    if (simt::tsan::present()) GTEST_SKIP() << "the thread sanitizer stops at the race, see below";
    for (const auto order : all_orders) {
        simt::set_order(order);
        EXPECT_GT(count_nan(mean<Bug::no_barrier_after_load>()), 0);
    }
}

TEST_F(SevenBugs, NoBarrierAfterLoadIsARace) {
    NEEDS_TSAN();
    EXPECT_RACE(mean<Bug::no_barrier_after_load>(),
                race_between("kernels.cuh", "store into the tile", "load from the tile"));
}

TEST_F(SevenBugs, NoEdgeGuard) {
    const auto sentence = complaint([&] { mean<Bug::no_edge_guard>(); });
    EXPECT_CONTAINS(sentence, "outside a view of shape 11 x 21 x 37");
    if (!simt::tsan::present()) {  // which does not see reads outside, and may call writes outside a race
        EXPECT_NE(unchecked_mean_amid_others<Bug::no_edge_guard>(), expected_);
    }
}

TEST_F(SevenBugs, NoEdgeGuardStopsAtTheLine) {
    NEEDS_ASAN();
    const auto line = std::to_string(line_marked("kernels.cuh", "write the volume"));
    EXPECT_DEATH(unchecked_mean<Bug::no_edge_guard>(),
                 "heap-buffer-overflow.*WRITE of size 4.*kernels.cuh:" + line + ".*34188-byte region");
}

TEST_F(SevenBugs, ReturnAboveABarrier) {
    const auto line = std::to_string(line_marked("kernels.cuh", "barrier in the sum"));
    for (const auto order : all_orders) {
        simt::set_order(order);
        const auto sentence = complaint([&] { sum_of<Bug::return_above_barrier>(10 * sum_threads - 25); });
        EXPECT_CONTAINS(sentence, "25 threads left before the barrier at line " + line);
        EXPECT_CONTAINS(sentence, "where 39 threads wait, of block (9, 0, 0)");
    }
    EXPECT_EQ(sum_of<Bug::return_above_barrier>(10 * sum_threads), reference_sum(10 * sum_threads));
}

TEST_F(SevenBugs, NoBarrierInASum) {
    if (simt::tsan::present()) GTEST_SKIP() << "the thread sanitizer stops at the race, see below";
    simt::set_order(simt::Order::forward);
    EXPECT_TRUE(std::isnan(sum_of<Bug::no_barrier_in_sum>(640)));
    simt::set_order(simt::Order::reverse);  // the thread that adds comes last: why one order is not enough
    EXPECT_EQ(sum_of<Bug::no_barrier_in_sum>(640), reference_sum(640));
    simt::set_order(simt::Order::shuffled);
    EXPECT_TRUE(std::isnan(sum_of<Bug::no_barrier_in_sum>(640)));
}

TEST_F(SevenBugs, NoBarrierInASumIsARace) {
    NEEDS_TSAN();
    EXPECT_RACE(sum_of<Bug::no_barrier_in_sum>(640),
                race_between("kernels.cuh", "store the sum of a warp", "load the sums of warps"));
}

TEST_F(SevenBugs, PlainAddFromBlocksIsARace) {
    NEEDS_TSAN();  // one block runs after the other here, so that the sum is right
    EXPECT_RACE(sum_of<Bug::plain_add_from_blocks>(640),
                race_between("kernels.cuh", "plain addition", "plain addition"));
}

TEST_F(SevenBugs, GridNotRoundedUp) {
    for (const auto order : all_orders) {
        simt::set_order(order);
        EXPECT_EQ(count_nan(mean<Bug::grid_not_rounded_up>()), 11 * 21 * (37 - 32));  // nobody wrote x = 32 to 36
    }
}

}  // namespace
}  // namespace planapo::self_test
