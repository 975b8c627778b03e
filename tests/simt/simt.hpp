// The simulator: runs a kernel as plain C++, one fiber per CUDA thread. What kernels and cuda/launch.cuh see of it.
//
// Blocks run one after another; in a block each thread runs until it waits (barrier, shuffle) or ends. A barrier opens
// only if every thread of the block waits at the same source line. Shared memory is fresh for each block, exactly as
// large as launched, all bytes 0xff (NaN). Blocks and threads run forward, in reverse or shuffled: what depends on the
// order shows. Under the thread sanitizer every CUDA thread is a thread of its own, ordered only by launch, barriers,
// fences and the end of the kernel.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <type_traits>

#include "memory.hpp"
#include "shim/vector_types.h"

struct CUstream_st;

namespace simt {

enum class Order { forward, reverse, shuffled };

/// The order of blocks, and of threads in a block; without one, PLANAPO_SIMT_ORDER says at each launch (forward unless
/// set). Shuffled draws from PLANAPO_SIMT_SEED (default 1).
void set_order(std::optional<Order> order);

struct Place {
    const char* file;
    int line;
};

struct Launch {
    dim3 grid, block;
    std::size_t shared_bytes;
    CUstream_st* stream;
    Place place;
};

/// Runs `thread` once for each thread of the grid. Throws `planapo::DeviceError` if a thread does what it must not.
void run(const Launch& launch, const void* kernel, std::function<void()> thread);

/// In a kernel: abandons the thread and makes `run` throw the sentence. Elsewhere: throws it as a
/// `planapo::DeviceError`.
[[noreturn]] void fail(std::string sentence);

const uint3& thread_index();
const uint3& block_index();
const dim3& block_size();
const dim3& grid_size();

void sync_threads(Place place);
void sync_warp(unsigned mask, Place place);
void fence();

/// Offers `bits` to the lanes of `mask` and returns what lane `source` offered; all ones if it offered nothing.
std::uint64_t shuffle(unsigned mask, std::uint64_t bits, int source, Place place);

/// One bit per lane of `mask`.
unsigned ballot(unsigned mask, bool bit, Place place);

void* shared_bytes(std::size_t needed, Place place);

template <typename T>
T& shared_memory(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    static_assert(std::is_trivially_default_constructible_v<T> && alignof(T) <= 128, "no constructor runs here");
    return *std::launder(static_cast<T*>(shared_bytes(sizeof(T), {file, line})));
}

/// Pointers, and views with all their voxels, must lie in memory that a kernel can reach.
template <typename T>
void check_argument(const T& argument, Place place) {
    if constexpr (requires { argument.slice_stride(), argument.row_stride(), argument.shape().z, argument.data(); }) {
        const auto shape = argument.shape();
        if (shape.z < 1 || shape.y < 1 || shape.x < 1) return;
        const auto last = (shape.z - 1) * argument.slice_stride() + (shape.y - 1) * argument.row_stride() + shape.x - 1;
        expect_reachable(argument.data(), (last + 1) * sizeof(*argument.data()), "a view given to a kernel", place);
    } else if constexpr (std::is_pointer_v<T>) {
        if (argument) expect_reachable(argument, 1, "a pointer given to a kernel", place);
    }
}

template <typename... Parameters>
void launch(void (*kernel)(Parameters...), const Launch& launch, const std::type_identity_t<Parameters>&... arguments) {
    (check_argument(arguments, launch.place), ...);
    // By value: the launch returns before the kernel is done, as far as the thread sanitizer knows.
    run(launch, reinterpret_cast<const void*>(kernel), [=] { kernel(arguments...); });
}

}  // namespace simt
