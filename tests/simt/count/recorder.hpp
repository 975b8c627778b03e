// Keeps the traces of a block's threads until the block ends.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "lockstep.hpp"
#include "machine.hpp"
#include "memory.hpp"
#include "traffic.hpp"

namespace simt {

class TrafficCount::Recorder {
public:
    /// The thread that runs makes a step; `stack` is where its stack ends.
    void take(Step step, std::uintptr_t stack);

    /// It is about to use a whole struct: by loads and stores that follow, or as a function's argument or result, which
    /// nobody tells of. Then it was stored to if its bytes have changed when the thread comes to the next struct, or to
    /// the end of the block; else loaded from.
    void expect(Step step, std::uintptr_t stack);

    void finish_block();

    const std::map<const void*, KernelTraffic>& of_kernel() const { return of_kernel_; }

private:
    struct Thread {
        std::uintptr_t stack = 0;  // where it ended at the first step
        Trace trace;
        Step expected{};              // no bytes: nothing
        std::size_t expected_at = 0;  // in the trace
        std::vector<char> before;
    };

    Thread& thread_at(Step& step, std::uintptr_t stack);
    static void settle(Thread& thread);
    bool on_device(std::uintptr_t address);

    std::vector<Thread> threads_;
    Allocation last_found_;
    std::map<const void*, KernelTraffic> of_kernel_;
};

/// Who counts on this host thread, or null.
TrafficCount::Recorder*& listening();

}  // namespace simt
