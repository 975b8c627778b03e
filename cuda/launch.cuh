// The only <<< >>>, and the only way to shared memory. The same text starts a kernel on a GPU (nvcc) and on the
// simulator, which runs it as plain C++ (PLANAPO_SIMULATED, tests/simt). What hardware would refuse is refused here
// with the numbers, on both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include <cuda_runtime.h>

#include "check.hpp"

// The block's shared memory as a struct: one per kernel, and the kernel is launched with sizeof(Type) bytes.
// Dynamic, so that it may exceed 48 KiB and so that the simulator can give exactly as much as was launched.
#if defined(PLANAPO_SIMULATED)
#define PLANAPO_SHARED(Type, name) Type& name = ::simt::shared_memory<Type>()
#else
#define PLANAPO_SHARED(Type, name)                                                         \
    static_assert(std::is_trivially_default_constructible_v<Type> && alignof(Type) <= 128, \
                  "no constructor runs here");                                             \
    extern __shared__ __align__(128) unsigned char planapo_shared_bytes[];                 \
    Type& name = *reinterpret_cast<Type*>(planapo_shared_bytes)
#endif

namespace planapo::cuda {

/// Blocks along x, y, z, and the line that asked for them: `launch` converts to it.
struct Grid {
    dim3 blocks;
    const char* file;
    int line;

    Grid(dim3 blocks_, const char* file_ = __builtin_FILE(), int line_ = __builtin_LINE())
        : blocks(blocks_), file(file_), line(line_) {}
    Grid(unsigned blocks_x, const char* file_ = __builtin_FILE(), int line_ = __builtin_LINE())
        : Grid(dim3(blocks_x), file_, line_) {}
};

// The same on every card since compute capability 7.5, but for shared memory: 227 KiB since 9.0.
inline constexpr std::int64_t max_threads_per_block = 1024, max_block_z = 64, max_grid_x = 2147483647,
                              max_grid_yz = 65535;
inline constexpr std::size_t max_shared_bytes = 227 * 1024, max_shared_bytes_by_default = 48 * 1024;

namespace detail {

inline std::string to_string(dim3 d) {
    return std::to_string(d.x) + " x " + std::to_string(d.y) + " x " + std::to_string(d.z);
}

/// Throws `DeviceError` for a launch that no card takes.
inline void check_limits(const Grid& grid, dim3 block, std::size_t shared_bytes) {
    const auto refuse = [&](const std::string& reason) {
        throw DeviceError(source_line(grid.file, grid.line) + ": a kernel cannot be launched with " + reason);
    };
    const std::int64_t threads = std::int64_t{block.x} * block.y * block.z;
    if (threads < 1 || threads > max_threads_per_block)
        refuse("blocks of " + to_string(block) + " = " + std::to_string(threads) + " threads: 1 to 1024 fit");
    if (block.z > max_block_z) refuse("blocks of " + to_string(block) + " threads: z goes up to 64");
    const dim3 n = grid.blocks;
    if (n.x < 1 || n.y < 1 || n.z < 1) refuse("an empty grid of " + to_string(n) + " blocks");
    if (n.x > max_grid_x || n.y > max_grid_yz || n.z > max_grid_yz)
        refuse("a grid of " + to_string(n) + " blocks: x goes up to 2147483647, y and z up to 65535");
    if (shared_bytes > max_shared_bytes)
        refuse(std::to_string(shared_bytes) + " bytes of shared memory per block: 227 KiB are the most");
}

}  // namespace detail

/// Queues `kernel` on `stream`, one thread per element of `grid` x `block`. Does not wait.
template <typename... Parameters>
void launch(void (*kernel)(Parameters...), Grid grid, dim3 block, std::size_t shared_bytes, cudaStream_t stream,
            std::type_identity_t<Parameters>... arguments) {
    detail::check_limits(grid, block, shared_bytes);
#if defined(PLANAPO_SIMULATED)
    ::simt::launch(kernel, {grid.blocks, block, shared_bytes, stream, grid.file, grid.line}, arguments...);
#else
    if (shared_bytes > max_shared_bytes_by_default)
        check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes)),
              "cudaFuncSetAttribute", grid.file, grid.line);
    kernel<<<grid.blocks, block, shared_bytes, stream>>>(arguments...);
#endif
    check(cudaGetLastError(), "launch of a kernel", grid.file, grid.line);
}

/// Blocks of `block` threads that cover `n` >= 1 items. Throws `DeviceError` if no grid has that many.
inline unsigned blocks_for(std::int64_t n, std::int64_t block, const char* file = __builtin_FILE(),
                           int line = __builtin_LINE()) {
    const std::int64_t blocks = (n + block - 1) / block;
    if (blocks > max_grid_x)
        throw DeviceError(source_line(file, line) + ": " + std::to_string(n) + " items need " + std::to_string(blocks) +
                          " blocks of " + std::to_string(block) + " threads, but a grid has at most 2147483647");
    return static_cast<unsigned>(blocks);
}

}  // namespace planapo::cuda
