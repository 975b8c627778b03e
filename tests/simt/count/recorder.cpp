#include "recorder.hpp"

#include <cstring>
#include <utility>

namespace simt {

TrafficCount::Recorder::Thread& TrafficCount::Recorder::thread_at(Step& step, std::uintptr_t stack) {
    const Machine& m = machine();
    const auto& size = m.launch.block;
    if (threads_.empty()) threads_.resize(static_cast<std::size_t>(size.x) * size.y * size.z);
    Thread& thread = threads_[static_cast<std::size_t>(m.current->rank)];
    if (thread.stack == 0) thread.stack = stack;
    step.depth = static_cast<std::uint32_t>(thread.stack - stack);
    return thread;
}

void TrafficCount::Recorder::take(Step step, std::uintptr_t stack) {
    Thread& thread = thread_at(step, stack);
    if (step.bytes != 0) {
        if (!on_device(step.address)) return;
        const Step& expected = thread.expected;
        if (step.address < expected.address + expected.bytes && expected.address < step.address + step.bytes)
            thread.expected.bytes = 0;
    }
    thread.trace.push_back(step);
}

void TrafficCount::Recorder::expect(Step step, std::uintptr_t stack) {
    Thread& thread = thread_at(step, stack);
    if (!on_device(step.address)) return;
    settle(thread);
    const auto* bytes = reinterpret_cast<const char*>(step.address);
    thread.before.assign(bytes, bytes + step.bytes);
    thread.expected = step;
    thread.expected_at = thread.trace.size();
}

void TrafficCount::Recorder::settle(Thread& thread) {
    Step step = std::exchange(thread.expected, {});
    if (step.bytes == 0) return;
    const bool changed =
        std::memcmp(reinterpret_cast<const char*>(step.address), thread.before.data(), step.bytes) != 0;
    step.kind = changed ? Step::Kind::store : Step::Kind::load;
    thread.trace.insert(thread.trace.begin() + static_cast<std::ptrdiff_t>(thread.expected_at), step);
}

void TrafficCount::Recorder::finish_block() {
    KernelTraffic& sum = of_kernel_[machine().running];
    sum.shared_bytes = machine().launch.shared_bytes;
    std::vector<Trace> warp;
    for (std::size_t rank = 0; rank < threads_.size(); ++rank) {
        settle(threads_[rank]);
        warp.push_back(std::move(threads_[rank].trace));
        if (warp.size() < warp_lanes && rank + 1 < threads_.size()) continue;
        replay(warp, sum);
        warp.clear();
    }
    threads_.clear();
    last_found_ = {};
}

bool TrafficCount::Recorder::on_device(std::uintptr_t address) {
    const auto* memory = reinterpret_cast<const char*>(address);
    if (!last_found_.begin || memory < last_found_.begin || memory >= last_found_.begin + last_found_.bytes) {
        const Allocation found = find(memory);
        if (!found.begin || found.space != Space::device) return false;
        last_found_ = found;
    }
    return true;
}

TrafficCount::Recorder*& listening() {
    static thread_local TrafficCount::Recorder* recorder = nullptr;
    return recorder;
}

}  // namespace simt
