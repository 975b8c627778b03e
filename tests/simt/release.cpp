// When threads that wait may go on, and what is wrong when none can.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "machine.hpp"
#include "text.hpp"

namespace simt {
namespace {

bool same(Place a, Place b) { return a.line == b.line && (a.file == b.file || std::string_view(a.file) == b.file); }

std::string count(int n) { return fmt::format("{} thread{}", n, n == 1 ? "" : "s"); }

}  // namespace

bool Machine::release_barrier() {
    const Place place = threads_.front().place;
    for (const Thread& thread : threads_)
        if (thread.state != State::at_barrier || !same(thread.place, place)) return false;
    for (Thread& thread : threads_) thread.state = State::ready;
    return true;
}

bool Machine::release_warps() {
    bool any = false;
    for (Thread& thread : threads_)
        if (thread.state == State::at_warp && release_lane(thread.rank)) any = true;
    return any;
}

// The lanes that `thread` waits for, and nobody else, go on together: those of its mask that have not left.
bool Machine::release_lane(int rank) {
    const Thread& asking = threads_[static_cast<std::size_t>(rank)];
    const int first = rank - rank % warp_lanes;
    const int last = std::min(first + warp_lanes, static_cast<int>(threads_.size()));
    Thread* lanes[warp_lanes] = {};
    for (int i = first; i < last; ++i) {
        Thread& lane = threads_[static_cast<std::size_t>(i)];
        if (!(asking.mask >> (i - first) & 1) || lane.state == State::ended) continue;
        if (lane.state != State::at_warp || lane.mask != asking.mask || lane.kind != asking.kind ||
            !same(lane.place, asking.place))
            return false;
        lanes[i - first] = &lane;
    }
    std::uint64_t votes = 0;
    for (int i = 0; i < warp_lanes; ++i)
        if (lanes[i] && lanes[i]->offered) votes |= std::uint64_t{1} << i;
    for (Thread* lane : lanes) {
        if (!lane) continue;
        const Thread* source = lane->kind == WarpWait::shuffle ? lanes[lane->source] : nullptr;
        lane->received = lane->kind == WarpWait::ballot ? votes : source ? source->offered : ~std::uint64_t{0};
        lane->state = State::ready;
    }
    return true;
}

std::string Machine::explain_deadlock() const {
    for (const Thread& thread : threads_)
        if (thread.state == State::at_warp) return fmt::format("{}, of block {}", explain_lane(thread), text(block));
    return fmt::format("{}, of block {}", explain_barrier(), text(block));
}

std::string Machine::explain_barrier() const {
    std::map<std::pair<std::string, int>, int> waiting;  // by file and line
    for (const Thread& thread : threads_)
        if (thread.state == State::at_barrier) ++waiting[{file_of(thread.place), thread.place.line}];
    if (ended_ > 0) {
        const auto& [place, threads] = *waiting.begin();
        return fmt::format("{} left before the barrier at line {} of {}, where {} wait", count(ended_), place.second,
                           place.first, count(threads));
    }
    std::string sentence = "the threads wait at different barriers";
    const char* before = ": ";
    for (const auto& [place, threads] : waiting) {
        sentence += fmt::format("{}{} at {}:{}", before, count(threads), place.first, place.second);
        before = ", ";
    }
    return sentence;
}

std::string Machine::explain_lane(const Thread& thread) const {
    const int first = thread.rank - thread.rank % warp_lanes;
    const auto sentence =
        fmt::format("lane {} of warp {} waits at {}", thread.rank - first, first / warp_lanes, text(thread.place));
    for (int i = first; i < std::min(first + warp_lanes, static_cast<int>(threads_.size())); ++i) {
        const Thread& lane = threads_[static_cast<std::size_t>(i)];
        if (!(thread.mask >> (i - first) & 1) || lane.state == State::ended) continue;
        if (lane.state == State::at_warp && same(lane.place, thread.place)) continue;
        return fmt::format("{} for lane {}, which waits at {}{}", sentence, i - first,
                           lane.state == State::at_barrier ? "the barrier at " : "", text(lane.place));
    }
    return sentence + " with a mask that other lanes do not share";
}

}  // namespace simt
