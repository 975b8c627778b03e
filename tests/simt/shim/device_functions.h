// CUDA's device language in plain C++: qualifiers, built-in variables, barriers, shuffles, atomics, mathematics.
#pragma once

#include <math.h>

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>

#include "../simt.hpp"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(bytes) alignas(bytes)

#define threadIdx (::simt::thread_index())
#define blockIdx (::simt::block_index())
#define blockDim (::simt::block_size())
#define gridDim (::simt::grid_size())
inline constexpr int warpSize = 32;

// Barriers and fences: a place is the line that calls.
inline void __syncthreads(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    simt::sync_threads({file, line});
}
inline void __syncwarp(unsigned mask = 0xffffffffu, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    simt::sync_warp(mask, {file, line});
}
inline void __threadfence() { simt::fence(); }
inline void __threadfence_block() { simt::fence(); }

// Shuffles and votes
namespace simt {

inline int lane_of_this_thread() {
    const auto& t = thread_index();
    const auto& b = block_size();
    return static_cast<int>(((t.z * b.y + t.y) * b.x + t.x) % 32);
}

template <typename T>
T exchange(unsigned mask, T value, int source, Place place) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "the device shuffles 4 or 8 bytes");
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    return std::bit_cast<T>(static_cast<Bits>(shuffle(mask, std::bit_cast<Bits>(value), source, place)));
}

/// `source` if it lies in this lane's segment of `width` lanes, else this lane.
inline int in_segment(int source, int width) {
    const int lane = lane_of_this_thread();
    return source / width == lane / width && source >= 0 ? source : lane;
}

}  // namespace simt

template <typename T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, const char* file = __builtin_FILE(),
              int line = __builtin_LINE()) {
    const int first = simt::lane_of_this_thread() / width * width;
    return simt::exchange(mask, value, first + (source & (width - 1)), {file, line});
}
template <typename T>
T __shfl_up_sync(unsigned mask, T value, unsigned distance, int width = 32, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE()) {
    const int source = simt::lane_of_this_thread() - static_cast<int>(distance);
    return simt::exchange(mask, value, simt::in_segment(source, width), {file, line});
}
template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned distance, int width = 32, const char* file = __builtin_FILE(),
                   int line = __builtin_LINE()) {
    const int source = simt::lane_of_this_thread() + static_cast<int>(distance);
    return simt::exchange(mask, value, simt::in_segment(source, width), {file, line});
}
template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
    const int source = simt::lane_of_this_thread() ^ bits;
    return simt::exchange(mask, value, simt::in_segment(source, width), {file, line});
}
inline unsigned __ballot_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                              int line = __builtin_LINE()) {
    return simt::ballot(mask, predicate != 0, {file, line});
}
inline int __any_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return simt::ballot(mask, predicate != 0, {file, line}) != 0;
}
inline int __all_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return simt::ballot(mask, predicate == 0, {file, line}) == 0;
}

#include "atomic_functions.h"
#include "math_functions.h"
