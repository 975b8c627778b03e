// Fibers: ucontext makes the first frame on a new stack, and the compiler's own setjmp and longjmp switch from then on
// (swapcontext asks the kernel for the signal mask each time, which takes thirty times as long). Compiled without
// sanitizers: it switches what they take for the current stack and the current thread.
#include "fiber.hpp"

#include <sys/mman.h>
#include <ucontext.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#include "sanitizers.hpp"

namespace simt {
namespace {

constexpr std::size_t page_bytes = 4096;

// Sanitizers keep red zones on the stack and write their reports from it.
std::size_t stack_bytes() { return asan::present() || tsan::present() ? 256 * 1024 : 64 * 1024; }

}  // namespace

Fiber::Fiber(std::function<void(Fiber&)> main, const std::string& name)
    : main_(std::move(main)), stack_bytes_(stack_bytes()), tsan_inside_(tsan::create(name.c_str())) {
    const auto bytes = stack_bytes_ + page_bytes;
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    stack_ = static_cast<char*>(memory);
    mprotect(stack_, page_bytes, PROT_NONE);  // a stack that grows too far stops here
}

Fiber::~Fiber() {
    tsan::destroy(tsan_inside_);
    asan::unpoison(stack_ + page_bytes, stack_bytes_);  // frames of an abandoned thread
    munmap(stack_, stack_bytes_ + page_bytes);
}

void Fiber::start() {
    started_ = true;
    ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = stack_ + page_bytes;
    context.uc_stack.ss_size = stack_bytes_;
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    makecontext(&context, reinterpret_cast<void (*)()>(enter), 2, static_cast<unsigned>(self),
                static_cast<unsigned>(self >> 32));
    setcontext(&context);
    std::abort();
}

void Fiber::enter(unsigned low, unsigned high) {
    auto& self = *reinterpret_cast<Fiber*>(static_cast<std::uintptr_t>(high) << 32 | low);
    asan::finish_switch(nullptr, &self.outside_bottom_, &self.outside_bytes_);
    self.main_(self);
}

// Not inlined: __builtin_setjmp belongs to the frame of its function.
[[gnu::noinline]] void Fiber::resume() {
    tsan_outside_ = tsan::current();
    asan::start_switch(&fake_stack_outside_, stack_ + page_bytes, stack_bytes_);
    tsan::switch_to(tsan_inside_);
    if (__builtin_setjmp(outside_) == 0) {
        if (started_) __builtin_longjmp(inside_, 1);
        start();
    }
    asan::finish_switch(fake_stack_outside_, nullptr, nullptr);
}

[[gnu::noinline]] void Fiber::suspend() {
    asan::start_switch(&fake_stack_inside_, outside_bottom_, outside_bytes_);
    tsan::switch_to(tsan_outside_);
    if (__builtin_setjmp(inside_) == 0) __builtin_longjmp(outside_, 1);
    asan::finish_switch(fake_stack_inside_, &outside_bottom_, &outside_bytes_);
}

}  // namespace simt
