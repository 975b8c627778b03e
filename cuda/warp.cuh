// Sums and extremes over the threads of a warp or a block: the only shuffles. Every result has one fixed order of
// additions, so that the same input gives the same bits; all threads must call (blocks of whole warps, no return
// above).
#pragma once

#include <cuda_runtime.h>

namespace planapo::cuda {

inline constexpr int warp_size = 32;
inline constexpr unsigned full_warp = 0xffffffffu;

/// This thread's place in its block: x fastest, then y, then z.
__device__ inline int thread_rank() {
    return static_cast<int>((threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x);
}
__device__ inline int lane() { return thread_rank() % warp_size; }
__device__ inline int warp() { return thread_rank() / warp_size; }

struct Plus {
    template <typename T>
    __device__ T operator()(T a, T b) const {
        return a + b;
    }
};
struct Larger {
    template <typename T>
    __device__ T operator()(T a, T b) const {
        return a > b ? a : b;
    }
};
struct Smaller {
    template <typename T>
    __device__ T operator()(T a, T b) const {
        return a < b ? a : b;
    }
};

/// `combine` (commutative) over the 32 lanes, known to each of them with the same bits.
template <typename T, typename Combine>
__device__ T warp_reduce(T value, Combine combine) {
    for (int distance = warp_size / 2; distance > 0; distance /= 2)
        value = combine(value, __shfl_xor_sync(full_warp, value, distance));
    return value;
}
template <typename T>
__device__ T warp_sum(T value) {
    return warp_reduce(value, Plus{});
}

/// What the warps of a block tell each other: a member of the kernel's shared struct.
template <typename T>
struct WarpPartials {
    T of_warp[warp_size];
};

/// `combine` over the block, known to each thread. `identity` leaves every value as it is. Waits for the block twice.
template <typename T, typename Combine>
__device__ T block_reduce(T value, WarpPartials<T>& partials, T identity, Combine combine) {
    const int threads = static_cast<int>(blockDim.x * blockDim.y * blockDim.z);
    value = warp_reduce(value, combine);
    __syncthreads();  // partials may still be in use from an earlier call
    if (lane() == 0) partials.of_warp[warp()] = value;
    __syncthreads();
    return warp_reduce(lane() < threads / warp_size ? partials.of_warp[lane()] : identity, combine);
}
template <typename T>
__device__ T block_sum(T value, WarpPartials<T>& partials) {
    return block_reduce(value, partials, T{0}, Plus{});
}

}  // namespace planapo::cuda
