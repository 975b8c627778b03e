// The traces of a warp's lanes, and their replay in step.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "traffic.hpp"

namespace simt {

/// A thread enters a basic block (no bytes), or reads or writes device memory.
struct Step {
    std::uintptr_t place;  ///< in the code
    std::uintptr_t address;
    std::uint32_t depth;  ///< of the stack: how many functions deep
    std::uint32_t bytes;
    enum class Kind : std::uint8_t { block, load, store } kind;
};

using Trace = std::vector<Step>;

/// Adds what up to 32 lanes ask for together. The lanes that are deepest in calls go first, and of these the ones that
/// are furthest behind in the code: so lanes that part meet at the end of the branch, loop or function that parted them
/// (Collange 2011, "Stack-less SIMT reconvergence at low cost"; without optimisation code lies in the order of its
/// source).
void replay(std::span<const Trace> lanes, KernelTraffic& sum);

}  // namespace simt
