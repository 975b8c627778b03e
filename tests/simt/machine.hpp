// What the simulator keeps while a kernel runs. One machine per host thread: several host threads may launch at the
// same time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fiber.hpp"
#include "simt.hpp"

namespace simt {

enum class State { fresh, ready, at_barrier, at_warp, ended, failed };
enum class WarpWait { none, sync, shuffle, ballot };

inline constexpr int warp_lanes = 32, most_threads = 1024;

/// One CUDA thread of the block that runs.
struct Thread {
    int rank = 0;
    uint3 index{};
    State state = State::fresh;
    Fiber* fiber = nullptr;
    Place place{};      // where it waits
    int barriers = 0;   // passed so far
    WarpWait kind{};    // what it wants of its warp
    unsigned mask = 0;  // of which lanes
    int source = 0;
    std::uint64_t offered = 0, received = 0;
};

/// Made anew for each block, so that neither values nor the thread sanitizer's history survive in it.
class BlockMemory {
public:
    explicit BlockMemory(std::size_t shared_bytes);
    ~BlockMemory();
    BlockMemory(const BlockMemory&) = delete;
    BlockMemory& operator=(const BlockMemory&) = delete;

    struct Tokens {  // what the thread sanitizer orders by
        char start, barrier[2], lane[most_threads];
    };
    void* shared = nullptr;
    Tokens* tokens = nullptr;
};

struct LaunchTokens {
    char end, fence;
};

class Machine {
public:
    void run(const Launch& launch, const void* kernel, std::function<void()> thread);

    // In a kernel
    void wait(State reason, Place place);
    std::uint64_t wait_for_warp(WarpWait kind, unsigned mask, std::uint64_t bits, int source, Place place);
    [[noreturn]] void abandon(std::string sentence);

    Thread* current = nullptr;      // null while host code runs
    const void* running = nullptr;  // the kernel
    Launch launch{};
    uint3 block{};
    std::unique_ptr<BlockMemory> memory;
    std::unique_ptr<LaunchTokens> tokens;
    Place shared_place{};               // of the kernel's PLANAPO_SHARED
    std::function<void()> after_block;  // if anybody wants to know

private:
    void run_blocks();
    void run_block();
    void start_threads();
    void resume_ready_threads();
    void fiber_main(Fiber& self);
    Fiber& fiber_for_next_thread();
    void run_thread();
    void order_after_abandoned_threads();
    std::string context(const void* kernel) const;

    // What lets waiting threads go on (release.cpp)
    bool release_barrier();
    bool release_warps();
    bool release_lane(int rank);
    std::string explain_deadlock() const;
    std::string explain_barrier() const;
    std::string explain_lane(const Thread& thread) const;

    std::function<void()> thread_;
    std::vector<Thread> threads_;
    std::vector<std::int64_t> thread_order_;
    std::size_t next_fresh_ = 0;  // in thread_order_
    int ended_ = 0;
    bool failed_ = false;
    std::string failure_;
    Order order_{};
    std::uint64_t seed_ = 1;
    std::uint64_t blocks_begun_ = 0;

    // Under the thread sanitizer each thread of a block has a fiber of its own, from two sets in turn, so that nothing
    // orders neighbouring blocks, and not the fibers of the stream before, so that nothing orders streams. (Three pairs
    // of sets: making fibers is slow.) Otherwise a fiber runs one thread after another until one waits.
    std::vector<std::unique_ptr<Fiber>> fibers_[3][2];
    std::size_t stream_set_ = 0;  // which pair
    std::vector<Fiber*> idle_;
};

Machine& machine();

}  // namespace simt
