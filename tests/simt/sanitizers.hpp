// What the address and thread sanitizers must be told about fibers. The symbols are weak: they are there exactly when
// the program runs under that sanitizer, so that one object file serves every build.
#pragma once

#include <cstddef>

extern "C" {
[[gnu::weak]] void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom, std::size_t bytes);
[[gnu::weak]] void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom, std::size_t* bytes);
[[gnu::weak]] void __asan_poison_memory_region(const volatile void* memory, std::size_t bytes);
[[gnu::weak]] void __asan_unpoison_memory_region(const volatile void* memory, std::size_t bytes);

[[gnu::weak]] void* __tsan_get_current_fiber();
[[gnu::weak]] void* __tsan_create_fiber(unsigned flags);
[[gnu::weak]] void __tsan_destroy_fiber(void* fiber);
[[gnu::weak]] void __tsan_switch_to_fiber(void* fiber, unsigned flags);
[[gnu::weak]] void __tsan_set_fiber_name(void* fiber, const char* name);
[[gnu::weak]] void __tsan_acquire(void* token);
[[gnu::weak]] void __tsan_release(void* token);
[[gnu::weak]] void __tsan_read_range(void* memory, std::size_t bytes);
[[gnu::weak]] void __tsan_write_range(void* memory, std::size_t bytes);
[[gnu::weak]] void AnnotateIgnoreReadsBegin(const char* file, int line);
[[gnu::weak]] void AnnotateIgnoreReadsEnd(const char* file, int line);
[[gnu::weak]] void AnnotateIgnoreWritesBegin(const char* file, int line);
[[gnu::weak]] void AnnotateIgnoreWritesEnd(const char* file, int line);
}

namespace simt::asan {

inline bool present() { return __asan_poison_memory_region != nullptr; }

inline void start_switch(void** fake_stack, const void* bottom, std::size_t bytes) {
    if (present()) __sanitizer_start_switch_fiber(fake_stack, bottom, bytes);
}
inline void finish_switch(void* fake_stack, const void** bottom, std::size_t* bytes) {
    if (present()) __sanitizer_finish_switch_fiber(fake_stack, bottom, bytes);
}
inline void poison(const void* memory, std::size_t bytes) {
    if (present()) __asan_poison_memory_region(memory, bytes);
}
inline void unpoison(const void* memory, std::size_t bytes) {
    if (present()) __asan_unpoison_memory_region(memory, bytes);
}

}  // namespace simt::asan

namespace simt::tsan {

inline bool present() { return __tsan_create_fiber != nullptr; }

/// Everything done before a release of a token happens before what follows an acquire of it; nothing else is ordered.
inline void release(void* token) {
    if (present()) __tsan_release(token);
}
inline void acquire(void* token) {
    if (present()) __tsan_acquire(token);
}

/// A library that is not instrumented reads or writes here.
inline void read(void* memory, std::size_t bytes) {
    if (present()) __tsan_read_range(memory, bytes);
}
inline void write(void* memory, std::size_t bytes) {
    if (present()) __tsan_write_range(memory, bytes);
}

inline void* current() { return present() ? __tsan_get_current_fiber() : nullptr; }
inline void* create(const char* name) {
    if (!present()) return nullptr;
    void* fiber = __tsan_create_fiber(0);
    __tsan_set_fiber_name(fiber, name);
    return fiber;
}
inline void destroy(void* fiber) {
    if (fiber) __tsan_destroy_fiber(fiber);
}
/// From here on accesses count as those of `fiber`. Orders nothing (flag 1: no synchronisation).
inline void switch_to(void* fiber) {
    if (fiber) __tsan_switch_to_fiber(fiber, 1);
}

/// The simulator's own bookkeeping is not what is being tested.
class IgnoreAccesses {
public:
    IgnoreAccesses() {
        if (!present()) return;
        AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    }
    ~IgnoreAccesses() {
        if (!present()) return;
        AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
        AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    }
    IgnoreAccesses(const IgnoreAccesses&) = delete;
    IgnoreAccesses& operator=(const IgnoreAccesses&) = delete;
};

}  // namespace simt::tsan
