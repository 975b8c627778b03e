// What a thread of a kernel asks of the simulator. Compiled without thread-sanitizer instrumentation.
#include <fmt/format.h>

#include <planapo/error.hpp>

#include "check_index.hpp"
#include "machine.hpp"
#include "sanitizers.hpp"
#include "text.hpp"

namespace simt {
namespace {

Machine& machine_in_kernel(const char* what) {
    Machine& m = machine();
    if (!m.current) fail(std::string(what) + " is used outside a kernel");
    return m;
}

// Sentences are made in functions of their own: on the stack of an abandoned thread nothing is destroyed.

std::string foreign_mask(int lane, Place place) {
    return fmt::format("calls a function of its warp at {} with a mask that does not name its own lane {}", text(place),
                       lane);
}

std::string too_little_shared(std::size_t needed, std::size_t launched, Place place) {
    return fmt::format("asks at {} for {} bytes of shared memory, but {} were launched", text(place), needed, launched);
}

std::string second_shared(Place first, Place second) {
    return fmt::format("asks at {} for shared memory that overlaps the struct at {}: make them one struct",
                       text(second), text(first));
}

std::string outside(const std::int64_t (&index)[3], const std::int64_t (&extent)[3]) {
    return fmt::format("indexes (z {}, y {}, x {}) outside a view of shape {} x {} x {}", index[0], index[1], index[2],
                       extent[0], extent[1], extent[2]);
}

}  // namespace

void fail_outside(std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t extent_z, std::int64_t extent_y,
                  std::int64_t extent_x) {
    if (machine().current) fail(outside({z, y, x}, {extent_z, extent_y, extent_x}));
    throw planapo::DeviceError("host code " + outside({z, y, x}, {extent_z, extent_y, extent_x}));
}

void fail(std::string sentence) {
    Machine& m = machine();
    if (m.current) m.abandon(std::move(sentence));
    throw planapo::DeviceError(sentence);
}

const uint3& thread_index() { return machine_in_kernel("threadIdx").current->index; }
const uint3& block_index() { return machine_in_kernel("blockIdx").block; }
const dim3& block_size() { return machine_in_kernel("blockDim").launch.block; }
const dim3& grid_size() { return machine_in_kernel("gridDim").launch.grid; }

void Machine::wait(State reason, Place place) {
    Thread& thread = *current;
    thread.state = reason;
    thread.place = place;
    thread.fiber->suspend();
}

void sync_threads(Place place) {
    Machine& m = machine_in_kernel("__syncthreads");
    // Two tokens in turn: a thread may reach the next barrier before the last one has gone on from this.
    char* token = &m.memory->tokens->barrier[m.current->barriers++ % 2];
    tsan::release(token);
    m.wait(State::at_barrier, place);
    tsan::acquire(token);
}

std::uint64_t Machine::wait_for_warp(WarpWait kind, unsigned mask, std::uint64_t bits, int source, Place place) {
    Thread& thread = *current;
    const int lane = thread.rank % warp_lanes;
    if (!(mask >> lane & 1)) fail(foreign_mask(lane, place));
    thread.kind = kind;
    thread.mask = mask;
    thread.offered = bits;
    thread.source = source;
    tsan::release(&memory->tokens->lane[thread.rank]);
    wait(State::at_warp, place);
    return thread.received;
}

void sync_warp(unsigned mask, Place place) {
    Machine& m = machine_in_kernel("__syncwarp");
    m.wait_for_warp(WarpWait::sync, mask, 0, 0, place);
    const int first = m.current->rank - m.current->rank % warp_lanes;
    for (int i = 0; i < warp_lanes; ++i)
        if (mask >> i & 1) tsan::acquire(&m.memory->tokens->lane[first + i]);
}

// Shuffles and ballots order nothing: neither do they on the device.
std::uint64_t shuffle(unsigned mask, std::uint64_t bits, int source, Place place) {
    return machine_in_kernel("a shuffle").wait_for_warp(WarpWait::shuffle, mask, bits, source, place);
}

unsigned ballot(unsigned mask, bool bit, Place place) {
    Machine& m = machine_in_kernel("a vote");
    return static_cast<unsigned>(m.wait_for_warp(WarpWait::ballot, mask, bit ? 1 : 0, 0, place));
}

void fence() {
    Machine& m = machine_in_kernel("__threadfence");
    tsan::release(&m.tokens->fence);
    tsan::acquire(&m.tokens->fence);
}

void* shared_bytes(std::size_t needed, Place place) {
    Machine& m = machine_in_kernel("shared memory");
    if (needed > m.launch.shared_bytes) fail(too_little_shared(needed, m.launch.shared_bytes, place));
    if (!m.shared_place.file) m.shared_place = place;
    if (m.shared_place.line != place.line) fail(second_shared(m.shared_place, place));
    return m.memory->shared;
}

}  // namespace simt
