// Fibers by ucontext. Compiled without thread-sanitizer instrumentation: it switches the sanitizer's idea of the
// current thread.
#include "fiber.hpp"

#include <dlfcn.h>
#include <sys/mman.h>

#include <cstdint>
#include <new>
#include <utility>

#include "sanitizers.hpp"

namespace simt {
namespace {

constexpr std::size_t page_bytes = 4096;

// Sanitizers keep red zones on the stack and write their reports from it.
std::size_t stack_bytes() { return asan::present() || tsan::present() ? 256 * 1024 : 64 * 1024; }

/// libc's own: the address sanitizer's version warns that it does not know fibers, which it is told about here.
auto* const swap_contexts =
    reinterpret_cast<decltype(&swapcontext)>(dlsym(dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), "swapcontext"));

}  // namespace

Fiber::Fiber(std::function<void(Fiber&)> main, const std::string& name)
    : main_(std::move(main)), stack_bytes_(stack_bytes()), tsan_inside_(tsan::create(name.c_str())) {
    const auto bytes = stack_bytes_ + page_bytes;
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    stack_ = static_cast<char*>(memory);
    mprotect(stack_, page_bytes, PROT_NONE);  // a stack that grows too far stops here
    getcontext(&inside_);
    inside_.uc_stack.ss_sp = stack_ + page_bytes;
    inside_.uc_stack.ss_size = stack_bytes_;
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    makecontext(&inside_, reinterpret_cast<void (*)()>(enter), 2, static_cast<unsigned>(self),
                static_cast<unsigned>(self >> 32));
}

Fiber::~Fiber() {
    tsan::destroy(tsan_inside_);
    asan::unpoison(stack_ + page_bytes, stack_bytes_);  // frames of an abandoned thread
    munmap(stack_, stack_bytes_ + page_bytes);
}

void Fiber::enter(unsigned low, unsigned high) {
    auto& self = *reinterpret_cast<Fiber*>(static_cast<std::uintptr_t>(high) << 32 | low);
    asan::finish_switch(nullptr, &self.outside_bottom_, &self.outside_bytes_);
    self.main_(self);
}

void Fiber::resume() {
    tsan_outside_ = tsan::current();
    asan::start_switch(&fake_stack_outside_, stack_ + page_bytes, stack_bytes_);
    tsan::switch_to(tsan_inside_);
    swap_contexts(&outside_, &inside_);
    asan::finish_switch(fake_stack_outside_, nullptr, nullptr);
}

void Fiber::suspend() {
    asan::start_switch(&fake_stack_inside_, outside_bottom_, outside_bytes_);
    tsan::switch_to(tsan_outside_);
    swap_contexts(&inside_, &outside_);
    asan::finish_switch(fake_stack_inside_, &outside_bottom_, &outside_bytes_);
}

}  // namespace simt
