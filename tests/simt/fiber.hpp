// A function with a stack of its own that can stop half-way and go on later: how one host thread runs a thousand CUDA
// threads.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace simt {

class Fiber {
public:
    /// `main` must never return. `name` is what the thread sanitizer calls it.
    Fiber(std::function<void(Fiber&)> main, const std::string& name);
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    /// Called outside: goes on where the fiber stopped, and returns when it suspends again.
    void resume();

    /// Called inside: goes back to whoever resumed.
    void suspend();

private:
    using Registers = void* [5];  // as __builtin_setjmp wants it

    [[noreturn]] void start();
    static void enter(unsigned low, unsigned high);

    std::function<void(Fiber&)> main_;
    std::size_t stack_bytes_;
    char* stack_;  // one page that must not be touched, then the stack
    bool started_ = false;
    Registers inside_{}, outside_{};
    void *fake_stack_inside_ = nullptr, *fake_stack_outside_ = nullptr;  // ASan's
    const void* outside_bottom_ = nullptr;
    std::size_t outside_bytes_ = 0;
    void *tsan_inside_, *tsan_outside_ = nullptr;
};

}  // namespace simt
