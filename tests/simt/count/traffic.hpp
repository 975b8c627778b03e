// What the warps of a kernel ask of device memory, and the sectors in which it must be moved.
//
// The kernels are compiled without optimisation and with calls, made by the compiler itself, before every access to
// memory and at the start of every basic block (planapo_count_traffic in tests/simt/CMakeLists.txt): loads are told
// from stores, and each thread leaves a trace of its way through the code. The traces of a warp are then replayed in
// step, as the lanes of a card run: lanes that part go on separately and join where their ways meet again. One access
// of one warp is one request, whatever its lanes ask for; the memory moves whole sectors of 32 bytes.
//
// Not modelled: caches (a sector asked for twice counts twice), what nvcc merges into one wider access or leaves out.
// Not counted: atomics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace simt {

inline constexpr std::int64_t sector_bytes = 32;

/// Loads, or stores, of one kernel.
struct Traffic {
    std::int64_t bytes = 0;     ///< that lanes asked for
    std::int64_t sectors = 0;   ///< that hold them, request by request
    std::int64_t requests = 0;  ///< of warps

    /// Bytes moved for each byte asked for: 1 at best.
    double excess() const {
        return bytes == 0 ? 1 : static_cast<double>(sectors * sector_bytes) / static_cast<double>(bytes);
    }

    Traffic& operator+=(const Traffic& other);
};

struct KernelTraffic {
    Traffic loads, stores;
    std::size_t shared_bytes = 0;  ///< of the last launch
};

/// While one exists, kernels that this host thread launches are counted; one at a time. Nothing is counted, and nothing
/// is slower, where none exists or the kernels were compiled as usual.
class TrafficCount {
public:
    TrafficCount();
    ~TrafficCount();
    TrafficCount(const TrafficCount&) = delete;
    TrafficCount& operator=(const TrafficCount&) = delete;

    /// By the kernel's name without its namespaces.
    std::map<std::string, KernelTraffic> by_kernel() const;

    class Recorder;

private:
    std::unique_ptr<Recorder> recorder_;
};

}  // namespace simt
