// Keeps the traces of a block's threads until the block ends. The functions that the compiler calls stand at the end:
// those of the thread sanitizer's runtime, which this program does not link, and that of its coverage runtime.
#include "traffic.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "lockstep.hpp"
#include "machine.hpp"
#include "memory.hpp"
#include "text.hpp"

namespace simt {

class TrafficCount::Recorder {
public:
    void take(Step step, std::uintptr_t stack) {
        const Machine& m = machine();
        if (block_ != m.blocks_begun) {
            finish_block();
            begin_block(m);
        }
        Thread& thread = threads_[static_cast<std::size_t>(m.current->rank)];
        if (thread.stack == 0) thread.stack = stack;
        if (step.kind != Step::Kind::block && !on_device(step.address)) return;
        step.depth = static_cast<std::uint32_t>(thread.stack - stack);
        thread.trace.push_back(step);
    }

    void finish_block() {
        std::vector<Trace> warp;
        for (std::size_t rank = 0; rank < threads_.size(); ++rank) {
            warp.push_back(std::move(threads_[rank].trace));
            if (warp.size() < warp_lanes && rank + 1 < threads_.size()) continue;
            replay(warp, of_kernel_[kernel_]);
            warp.clear();
        }
        threads_.clear();
    }

    const std::map<const void*, KernelTraffic>& of_kernel() const { return of_kernel_; }

private:
    struct Thread {
        std::uintptr_t stack = 0;  // where it was at the first step
        Trace trace;
    };

    void begin_block(const Machine& m) {
        const auto& size = m.launch.block;
        block_ = m.blocks_begun;
        kernel_ = m.running;
        threads_.resize(static_cast<std::size_t>(size.x) * size.y * size.z);
        of_kernel_[kernel_].shared_bytes = m.launch.shared_bytes;
        last_found_ = {};
    }

    bool on_device(std::uintptr_t address) {
        const auto* memory = reinterpret_cast<const char*>(address);
        if (!last_found_.begin || memory < last_found_.begin || memory >= last_found_.begin + last_found_.bytes) {
            const Allocation found = find(memory);
            if (!found.begin || found.space != Space::device) return false;
            last_found_ = found;
        }
        return true;
    }

    std::uint64_t block_ = 0;
    const void* kernel_ = nullptr;
    std::vector<Thread> threads_;
    Allocation last_found_;
    std::map<const void*, KernelTraffic> of_kernel_;
};

namespace {

thread_local TrafficCount* counting = nullptr;

}  // namespace

struct Listener {
    /// Functions of the standard library may be among those that are compiled with calls: what the recorder itself does
    /// is left out.
    static void hear(Step::Kind kind, const void* memory, std::size_t bytes, const void* place, const void* frame) {
        TrafficCount* const count = counting;
        if (!count || !machine().current) return;
        counting = nullptr;
        const auto number = [](const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); };
        count->recorder_->take({number(place), number(memory), 0, static_cast<std::uint32_t>(bytes), kind},
                               number(frame));
        counting = count;
    }
};

TrafficCount::TrafficCount() : recorder_(std::make_unique<Recorder>()) {
    if (counting) throw std::logic_error("traffic is counted already");
    counting = this;
}

TrafficCount::~TrafficCount() { counting = nullptr; }

std::map<std::string, KernelTraffic> TrafficCount::by_kernel() {
    recorder_->finish_block();
    std::map<std::string, KernelTraffic> named;
    for (const auto& [kernel, traffic] : recorder_->of_kernel()) {
        const std::string name = kernel_name(kernel);
        const auto namespaces = name.substr(0, name.find('<')).rfind("::");
        named[namespaces == name.npos ? name : name.substr(namespaces + 2)] = traffic;
    }
    return named;
}

}  // namespace simt

// NOLINTBEGIN: the names are the compiler's
#define SIMT_HEAR(kind, memory, bytes)                                                        \
    simt::Listener::hear(simt::Step::Kind::kind, memory, bytes, __builtin_return_address(0), \
                         __builtin_frame_address(0))
#define SIMT_ACCESS(bytes)                                               \
    void __tsan_read##bytes(void* memory) { SIMT_HEAR(load, memory, bytes); } \
    void __tsan_write##bytes(void* memory) { SIMT_HEAR(store, memory, bytes); }
#define SIMT_UNALIGNED_ACCESS(bytes)                                               \
    void __tsan_unaligned_read##bytes(void* memory) { SIMT_HEAR(load, memory, bytes); } \
    void __tsan_unaligned_write##bytes(void* memory) { SIMT_HEAR(store, memory, bytes); }

extern "C" {
SIMT_ACCESS(1)
SIMT_ACCESS(2)
SIMT_ACCESS(4)
SIMT_ACCESS(8)
SIMT_ACCESS(16)
SIMT_UNALIGNED_ACCESS(2)
SIMT_UNALIGNED_ACCESS(4)
SIMT_UNALIGNED_ACCESS(8)
SIMT_UNALIGNED_ACCESS(16)
void __tsan_read_range(void* memory, std::size_t bytes) { SIMT_HEAR(load, memory, bytes); }
void __tsan_write_range(void* memory, std::size_t bytes) { SIMT_HEAR(store, memory, bytes); }
void __sanitizer_cov_trace_pc() { SIMT_HEAR(block, nullptr, 0); }
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_read(void*) {}
void __tsan_vptr_update(void*, void*) {}
}
// NOLINTEND
