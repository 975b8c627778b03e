#include "lockstep.hpp"

#include <algorithm>
#include <array>

namespace simt {
namespace {

constexpr std::size_t lanes_of_a_warp = 32;

bool goes_first(const Step& a, const Step& b) { return a.depth != b.depth ? a.depth > b.depth : a.place < b.place; }

bool together(const Step& a, const Step& b) { return a.depth == b.depth && a.place == b.place && a.kind == b.kind; }

class Replay {
public:
    explicit Replay(std::span<const Trace> lanes) : lanes_(lanes) {}

    /// The step that goes next, or null at the end.
    const Step* next() const {
        const Step* first = nullptr;
        for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
            if (const Step* step = waiting(lane); step && (!first || goes_first(*step, *first))) first = step;
        return first;
    }

    /// Lets every lane that waits for the same step go on; what they asked for, as one request.
    Traffic take(const Step& step) {
        std::vector<std::uintptr_t> sectors;
        Traffic request{0, 0, 1};
        for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
            const Step* own = waiting(lane);
            if (!own || !together(*own, step)) continue;
            ++position_[lane];
            if (own->bytes == 0) continue;
            request.bytes += own->bytes;
            for (auto sector = own->address / sector_bytes; sector <= (own->address + own->bytes - 1) / sector_bytes;
                 ++sector)
                sectors.push_back(sector);
        }
        std::sort(sectors.begin(), sectors.end());
        request.sectors = std::unique(sectors.begin(), sectors.end()) - sectors.begin();
        return request;
    }

private:
    const Step* waiting(std::size_t lane) const {
        return position_[lane] < lanes_[lane].size() ? &lanes_[lane][position_[lane]] : nullptr;
    }

    std::span<const Trace> lanes_;
    std::array<std::size_t, lanes_of_a_warp> position_{};
};

}  // namespace

Traffic& Traffic::operator+=(const Traffic& other) {
    bytes += other.bytes;
    sectors += other.sectors;
    requests += other.requests;
    return *this;
}

void replay(std::span<const Trace> lanes, KernelTraffic& sum) {
    Replay warp(lanes);
    while (const Step* next = warp.next()) {
        const Step step = *next;
        const Traffic request = warp.take(step);
        if (step.kind == Step::Kind::load) sum.loads += request;
        if (step.kind == Step::Kind::store) sum.stores += request;
    }
}

}  // namespace simt
