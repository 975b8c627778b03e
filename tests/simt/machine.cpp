// Runs a grid: block after block, thread after thread. Compiled without thread-sanitizer instrumentation: it is the
// hardware, not the test.
#include "machine.hpp"

#include "capture.hpp"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <planapo/error.hpp>

#include "order.hpp"
#include "sanitizers.hpp"
#include "streams.hpp"
#include "text.hpp"

namespace simt {
namespace {

uint3 position(std::int64_t i, const dim3& extent) {
    return {static_cast<unsigned>(i % extent.x), static_cast<unsigned>(i / extent.x % extent.y),
            static_cast<unsigned>(i / extent.x / extent.y)};
}

}  // namespace

Machine& machine() {
    static thread_local Machine the_machine;
    return the_machine;
}

void run(const Launch& launch, const void* kernel, std::function<void()> thread) {
    machine().run(launch, kernel, std::move(thread));
}

BlockMemory::BlockMemory(std::size_t shared_bytes) : tokens(static_cast<Tokens*>(std::malloc(sizeof(Tokens)))) {
    if (shared_bytes == 0) return;
    if (posix_memalign(&shared, 128, shared_bytes) == 0) std::memset(shared, 0xff, shared_bytes);
}

BlockMemory::~BlockMemory() {
    std::free(shared);
    std::free(tokens);
}

void Machine::run(const Launch& new_launch, const void* kernel, std::function<void()> thread) {
    if (current) fail("launches a kernel, which the simulator cannot do in a kernel");
    CUstream_st* stream = stream_of(new_launch.stream);
    if (!stream)
        fail(fmt::format("a kernel is launched at {} on a stream that does not exist", text(new_launch.place)));
    if (remember(*stream, [new_launch, kernel, thread](CUstream_st& on) {
            Launch again = new_launch;
            again.stream = &on;
            machine().run(again, kernel, thread);
        }))
        return;
    launch = new_launch;
    running = kernel;
    order_ = current_order();
    seed_ = current_seed();
    stream_set_ = tsan::present() ? stream->number % std::size(fibers_) : 0;
    failed_ = false;
    shared_place = {};
    {
        const DeviceAccess access;
        const StreamWork work(*stream);
        const tsan::IgnoreAccesses ignore;
        thread_ = std::move(thread);
        run_blocks();
        thread_ = nullptr;
    }
    if (!failed_) return;
    wait_for(*stream);
    for (auto& set : fibers_[stream_set_]) set.clear();  // some were abandoned half-way
    idle_.clear();
    throw planapo::DeviceError(std::exchange(failure_, {}) + context(kernel));
}

void Machine::run_blocks() {
    const auto& grid = launch.grid;
    tokens = std::make_unique<LaunchTokens>();
    threads_.assign(static_cast<std::size_t>(launch.block.x) * launch.block.y * launch.block.z, {});
    thread_order_ = sequence(std::ssize(threads_), order_, seed_);
    for (const auto i : sequence(static_cast<std::int64_t>(grid.x) * grid.y * grid.z, order_, seed_)) {
        block = position(i, grid);
        run_block();
        if (failed_) break;
    }
    tsan::acquire(&tokens->end);
    tokens.reset();
}

std::string Machine::context(const void* kernel) const {
    return fmt::format(", in {} launched at {} (order of threads: {})", kernel_name(kernel), text(launch.place),
                       text(order_, seed_));
}

void Machine::run_block() {
    memory = std::make_unique<BlockMemory>(launch.shared_bytes);
    for (std::size_t rank = 0; rank < threads_.size(); ++rank) {
        threads_[rank] = {};
        threads_[rank].rank = static_cast<int>(rank);
        threads_[rank].index = position(static_cast<std::int64_t>(rank), launch.block);
    }
    ++blocks_begun_;
    if (order_ == Order::shuffled) thread_order_ = sequence(std::ssize(threads_), order_, seed_ + blocks_begun_);
    next_fresh_ = 0;
    ended_ = 0;
    tsan::release(&memory->tokens->start);
    start_threads();
    while (!failed_ && ended_ < static_cast<int>(threads_.size())) {
        const bool barrier = release_barrier(), warps = release_warps();
        if (barrier || warps) {
            resume_ready_threads();
        } else {
            failed_ = true;
            failure_ = explain_deadlock();
        }
    }
    if (failed_) order_after_abandoned_threads();
    if (after_block) after_block();
    memory.reset();
}

void Machine::start_threads() {
    while (!failed_ && next_fresh_ < threads_.size()) fiber_for_next_thread().resume();
    current = nullptr;
}

void Machine::resume_ready_threads() {
    for (const auto rank : thread_order_) {
        Thread& thread = threads_[static_cast<std::size_t>(rank)];
        if (thread.state != State::ready) continue;
        current = &thread;
        thread.fiber->resume();
        if (failed_) break;
    }
    current = nullptr;
}

Fiber& Machine::fiber_for_next_thread() {
    if (!tsan::present() && !idle_.empty()) {
        Fiber* fiber = idle_.back();
        idle_.pop_back();
        return *fiber;
    }
    auto& set = fibers_[stream_set_][tsan::present() ? blocks_begun_ % 2 : 0];
    const auto place = tsan::present() ? static_cast<std::size_t>(thread_order_[next_fresh_]) : set.size();
    while (set.size() <= place) {
        const auto name = fmt::format("CUDA thread {}", set.size());
        set.push_back(std::make_unique<Fiber>([this](Fiber& self) { fiber_main(self); }, name));
    }
    return *set[place];
}

void Machine::fiber_main(Fiber& self) {
    for (;;) {
        do {
            Thread& thread = threads_[static_cast<std::size_t>(thread_order_[next_fresh_++])];
            thread.fiber = &self;
            current = &thread;
            run_thread();
            thread.state = State::ended;
            ++ended_;
        } while (!tsan::present() && !failed_ && next_fresh_ < threads_.size());
        if (!tsan::present()) idle_.push_back(&self);
        self.suspend();
    }
}

void Machine::run_thread() {
    tsan::acquire(&memory->tokens->start);
    std::string thrown;
    try {
        thread_();
    } catch (const std::exception& error) {
        thrown = fmt::format("throws: {}", error.what());  // leave the handler before the fiber stops
    }
    if (!thrown.empty()) abandon(std::move(thrown));
    tsan::release(&tokens->end);
}

void Machine::abandon(std::string sentence) {
    failed_ = true;
    failure_ = fmt::format("thread {} of block {} {}", text(current->index), text(block), sentence);
    current->state = State::failed;
    std::string().swap(sentence);  // this stack is never unwound
    tsan::release(&tokens->end);
    current->fiber->suspend();
    std::abort();
}

// Threads that wait have not reached the end of the kernel: without this their accesses would race with the clearing
// up.
void Machine::order_after_abandoned_threads() {
    tsan::acquire(&memory->tokens->barrier[0]);
    tsan::acquire(&memory->tokens->barrier[1]);
    for (auto& lane : memory->tokens->lane) tsan::acquire(&lane);
}

}  // namespace simt
