// Barriers, warps, fences and shared memory: what they do, and what the simulator says when they are misused.
#include <cmath>
#include <thread>

#include "launch.cuh"
#include "support.hpp"
#include "warp.cuh"

namespace planapo::self_test {

struct Numbers {
    float of[64];
};
struct Partials {
    cuda::WarpPartials<double> sums;
};

__global__ void two_barriers_kernel() {
    if (threadIdx.x < 10)
        __syncthreads();  // at: first barrier
    else
        __syncthreads();  // at: second barrier
}

__global__ void barrier_beside_shuffle_kernel(View<float> out) {
    if (threadIdx.x == 7) __syncthreads();  // at: barrier of lane 7
    out(0, 0, threadIdx.x) = cuda::warp_sum(static_cast<float>(threadIdx.x));
    if (threadIdx.x != 7) __syncthreads();
}

__global__ void foreign_mask_kernel(View<float> out) {
    out(0, 0, threadIdx.x) = __shfl_down_sync(0x0000ffffu, 1.f, 1);  // at: mask without lane 16
}

__global__ void shuffles_kernel(View<float> out) {
    const float mine = static_cast<float>(threadIdx.x);
    if (threadIdx.x >= 30) return;  // two lanes leave: what they would have offered is unknown
    out(0, 0, threadIdx.x) = __shfl_down_sync(0xffffffffu, mine, 4);
    out(0, 1, threadIdx.x) = __shfl_up_sync(0xffffffffu, mine, 4);
    out(0, 2, threadIdx.x) = __shfl_xor_sync(0xffffffffu, mine, 5);
    out(0, 3, threadIdx.x) = __shfl_sync(0xffffffffu, mine, 9);
    out(0, 4, threadIdx.x) = __shfl_down_sync(0xffffffffu, mine, 1, 8);
    out(0, 5, threadIdx.x) = static_cast<float>(__popc(__ballot_sync(0xffffffffu, threadIdx.x % 2)));
}

__global__ void block_sum_kernel(View<double> out) {
    PLANAPO_SHARED(Partials, shared);
    const double first = cuda::block_sum(1.0 + cuda::thread_rank(), shared.sums);
    const double largest = cuda::block_reduce(1.0 * cuda::thread_rank(), shared.sums, 0.0, cuda::Larger{});
    out(0, 0, cuda::thread_rank()) = first + 1e6 * largest;
}

template <int guarded>
__global__ void exchange_kernel(View<float> out) {
    PLANAPO_SHARED(Numbers, shared);
    shared.of[threadIdx.x] = static_cast<float>(threadIdx.x);  // at: give to the warp
    if constexpr (guarded == 1) __syncwarp();
    out(0, 0, threadIdx.x) = shared.of[threadIdx.x ^ 1];  // at: take from the warp
}

/// The last block to finish adds up what the others left: ordered by fences.
template <int fenced>
__global__ void last_block_kernel(View<float> partials, View<unsigned> finished, View<float> total) {
    partials(0, 0, blockIdx.x) = static_cast<float>(blockIdx.x);  // at: leave a partial sum
    if constexpr (fenced == 1) __threadfence();
    if (atomicAdd(&finished(0, 0, 0), 1u) != gridDim.x - 1) return;
    if constexpr (fenced == 1) __threadfence();
    float sum = 0;
    for (unsigned i = 0; i < gridDim.x; ++i) sum += partials(0, 0, i);  // at: collect the partial sums
    total(0, 0, 0) = sum;
}

__global__ void two_structs_kernel() {
    PLANAPO_SHARED(Numbers, first);
    PLANAPO_SHARED(Partials, second);
    first.of[threadIdx.x] = 0;
    second.sums.of_warp[0] = 0;
}

__global__ void beyond_shared_kernel(int i) {
    PLANAPO_SHARED(Numbers, shared);
    (&shared.of[0])[i] = 0;  // at: write beyond the struct
}

__global__ void unwritten_shared_kernel(View<float> out) {
    PLANAPO_SHARED(Numbers, shared);
    out(0, blockIdx.x, threadIdx.x) = shared.of[threadIdx.x];
    shared.of[threadIdx.x] = 1.f;
}

__global__ void rank_kernel(View<float> out) {
    out(blockIdx.x, 0, cuda::thread_rank()) = static_cast<float>(cuda::warp() * 100 + cuda::lane());
}

namespace {

TEST(Waits, AtTwoBarriers) {
    const auto sentence = complaint([] { cuda::launch(two_barriers_kernel, 1, 64, 0, nullptr); });
    EXPECT_CONTAINS(sentence, "different barriers: 10 threads at self_test/waits.cpp:" +
                                  std::to_string(line_marked("waits.cpp", "first barrier")));
    EXPECT_CONTAINS(
        sentence, ", 54 threads at self_test/waits.cpp:" + std::to_string(line_marked("waits.cpp", "second barrier")));
    EXPECT_CONTAINS(sentence, "in planapo::self_test::two_barriers_kernel launched at");
}

TEST(Waits, InAWarpForALaneAtABarrier) {
    const DeviceArray out(32);
    const auto sentence = complaint([&] {
        cuda::launch(barrier_beside_shuffle_kernel, 1, 32, 0, nullptr, out.view({1, 1, 32}));
    });
    EXPECT_CONTAINS(sentence, "lane 0 of warp 0 waits at");
    EXPECT_CONTAINS(sentence, "for lane 7, which waits at the barrier at self_test/waits.cpp:" +
                                  std::to_string(line_marked("waits.cpp", "barrier of lane 7")));
}

TEST(Waits, InAWarpWhoseMaskLeavesItOut) {
    const DeviceArray out(32);
    const auto sentence = complaint([&] {
        cuda::launch(foreign_mask_kernel, 1, 32, 0, nullptr, out.view({1, 1, 32}));
    });
    EXPECT_CONTAINS(sentence, "with a mask that does not name its own lane 16");
}

TEST(Waits, WorkAfterAFailure) {
    EXPECT_NE(complaint([] { cuda::launch(two_barriers_kernel, 1, 64, 0, nullptr); }), "");
    const DeviceArray out(64);
    cuda::launch(rank_kernel, 1, dim3(4, 4, 4), 0, nullptr, out.view({1, 1, 64}));
    EXPECT_EQ(out.values()[63], 131.f);
}

TEST(Warp, ShufflesAsTheDevice) {
    const DeviceArray out(6 * 32);
    cuda::launch(shuffles_kernel, 1, 32, 0, nullptr, out.view({1, 6, 32}));
    const auto values = out.values();
    const auto at = [&](int row, int lane) { return values[static_cast<std::size_t>(row * 32 + lane)]; };
    EXPECT_EQ(at(0, 3), 7.f);
    EXPECT_TRUE(std::isnan(at(0, 27)));  // lane 31 has left
    EXPECT_EQ(at(0, 29), 29.f);          // beyond the warp: its own
    EXPECT_EQ(at(1, 2), 2.f);
    EXPECT_EQ(at(1, 20), 16.f);
    EXPECT_EQ(at(2, 20), 17.f);
    EXPECT_EQ(at(3, 20), 9.f);
    EXPECT_EQ(at(4, 7), 7.f);  // segments of 8 lanes
    EXPECT_EQ(at(4, 8), 9.f);
    EXPECT_EQ(at(5, 0), 15.f);
}

TEST(Warp, BlockSumIsKnownToEveryThread) {
    for (const auto order : all_orders) {
        simt::set_order(order);
        double* data = nullptr;
        cuda::check(cudaMalloc(&data, 96 * sizeof(double)));
        cuda::launch(block_sum_kernel, 1, dim3(8, 4, 3), sizeof(Partials), nullptr, View<double>(data, {1, 1, 96}));
        std::vector<double> values(96);
        cuda::check(cudaMemcpy(values.data(), data, 96 * sizeof(double), cudaMemcpyDeviceToHost));
        cudaFree(data);
        for (const double value : values) EXPECT_EQ(value, 96 * 97 / 2 + 95e6);
    }
    simt::set_order(std::nullopt);
}

TEST(Warp, ExchangesWithSyncwarp) {
    const DeviceArray out(64);
    cuda::launch(exchange_kernel<1>, 1, 64, sizeof(Numbers), nullptr, out.view({1, 1, 64}));
    EXPECT_EQ(out.values()[10], 11.f);
}

TEST(Warp, ExchangeWithoutSyncwarpIsARace) {
    NEEDS_TSAN();
    const DeviceArray out(64);
    EXPECT_RACE(cuda::launch(exchange_kernel<0>, 1, 64, sizeof(Numbers), nullptr, out.view({1, 1, 64})),
                race_between("waits.cpp", "give to the warp", "take from the warp"));
}

template <int fenced>
float sum_in_last_block() {
    const DeviceArray partials(20), total(1);
    unsigned* finished = nullptr;
    cuda::check(cudaMalloc(&finished, sizeof(unsigned)));
    cuda::check(cudaMemset(finished, 0, sizeof(unsigned)));
    cuda::launch(last_block_kernel<fenced>, 20, 1, 0, nullptr, partials.view({1, 1, 20}),
                 View<unsigned>(finished, {1, 1, 1}), total.view({1, 1, 1}));
    cudaFree(finished);
    return total.values()[0];
}

TEST(Fence, OrdersBlocks) {
    for (const auto order : all_orders) {
        simt::set_order(order);
        EXPECT_EQ(sum_in_last_block<1>(), 190.f);
    }
    simt::set_order(std::nullopt);
}

TEST(Fence, MissingIsARace) {
    NEEDS_TSAN();
    EXPECT_RACE(sum_in_last_block<0>(), race_between("waits.cpp", "leave a partial sum", "collect the partial sums"));
}

TEST(Shared, MustBeAsMuchAsTheStruct) {
    const DeviceArray out(64);
    const auto sentence = complaint([&] {
        cuda::launch(unwritten_shared_kernel, 1, 64, sizeof(Numbers) - 4, nullptr, out.view({1, 1, 64}));
    });
    EXPECT_CONTAINS(sentence, "for 256 bytes of shared memory, but 252 were launched");
}

TEST(Shared, IsOneStruct) {
    const auto sentence = complaint([] { cuda::launch(two_structs_kernel, 1, 1, 1024, nullptr); });
    EXPECT_CONTAINS(sentence, "overlaps the struct at self_test/waits.cpp:");
}

TEST(Shared, StartsAsNaNInEveryBlock) {
    const DeviceArray out(5 * 64);
    cuda::launch(unwritten_shared_kernel, 5, 64, sizeof(Numbers), nullptr, out.view({1, 5, 64}));
    for (const float value : out.values()) EXPECT_TRUE(std::isnan(value));
}

TEST(Shared, EndsWhereItEnds) {
    NEEDS_ASAN();
    const auto line = std::to_string(line_marked("waits.cpp", "write beyond the struct"));
    EXPECT_DEATH(cuda::launch(beyond_shared_kernel, 1, 1, sizeof(Numbers), nullptr, 64),
                 "heap-buffer-overflow.*WRITE of size 4.*waits.cpp:" + line);
}

TEST(Limits, AreThoseOfTheHardware) {
    const auto refusal = [](dim3 grid, dim3 block, std::size_t shared) {
        return complaint([=] { cuda::launch(two_barriers_kernel, grid, block, shared, nullptr); });
    };
    EXPECT_CONTAINS(refusal(1, dim3(1025, 1, 1), 0), "1025 threads: 1 to 1024 fit");
    EXPECT_CONTAINS(refusal(1, dim3(32, 32, 2), 0), "2048 threads: 1 to 1024 fit");
    EXPECT_CONTAINS(refusal(1, dim3(1, 1, 65), 0), "z goes up to 64");
    EXPECT_CONTAINS(refusal(dim3(1, 65536, 1), 1, 0), "y and z up to 65535");
    EXPECT_CONTAINS(refusal(dim3(1, 1, 65536), 1, 0), "y and z up to 65535");
    EXPECT_CONTAINS(refusal(dim3(3, 0, 1), 1, 0), "an empty grid of 3 x 0 x 1 blocks");
    EXPECT_CONTAINS(refusal(1, 1, 227 * 1024 + 1), "232449 bytes of shared memory per block: 227 KiB are the most");
    EXPECT_CONTAINS(refusal(1, 1, 227 * 1024 + 1), "self_test/waits.cpp:");
    EXPECT_CONTAINS(complaint([] { cuda::blocks_for(std::int64_t{1} << 40, 256); }), "at most 2147483647");
}

TEST(Launch, FromTwoHostThreadsAtOnce) {
    const auto work = [](std::vector<float>& result) {
        const DeviceArray out(8 * 64);
        cuda::launch(rank_kernel, 8, 64, 0, nullptr, out.view({8, 1, 64}));
        result = out.values();
    };
    std::vector<float> first, second;
    std::thread other([&] { work(first); });
    work(second);
    other.join();
    EXPECT_EQ(first, second);
    EXPECT_EQ(first[7 * 64 + 40], 108.f);
}

}  // namespace
}  // namespace planapo::self_test
