// What g++ calls under -fsanitize=thread and -fsanitize-coverage=trace-pc. The libraries that usually answer are not
// linked: the calls are answered here.
#include <cstdint>
#include <utility>

#include "hear_element.hpp"
#include "recorder.hpp"

namespace simt {
namespace {

std::uintptr_t number(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

/// Functions of the standard library may be among those that call: what is done in here is not heard.
template <typename Tell>
void while_nobody_listens(Tell tell) {
    TrafficCount::Recorder* const recorder = listening();
    if (!recorder || !machine().current) return;
    listening() = nullptr;
    tell(*recorder);
    listening() = recorder;
}

void hear(Step::Kind kind, const void* memory, std::size_t bytes, const void* place, const void* frame) {
    while_nobody_listens([&](TrafficCount::Recorder& recorder) {
        recorder.take({number(place), number(memory), 0, static_cast<std::uint32_t>(bytes), kind}, number(frame));
    });
}

}  // namespace

void hear_struct(const void* element, std::size_t bytes, const void* place, const void* frame) {
    while_nobody_listens([&](TrafficCount::Recorder& recorder) {
        recorder.expect({number(place), number(element), 0, static_cast<std::uint32_t>(bytes), Step::Kind::load},
                        number(frame));
    });
}

}  // namespace simt

#define SIMT_HEAR(kind, memory, bytes) \
    simt::hear(simt::Step::Kind::kind, memory, bytes, __builtin_return_address(0), __builtin_frame_address(0))
#define SIMT_ACCESS(name, bytes)                                                      \
    void __tsan_##name##read##bytes(void* memory) { SIMT_HEAR(load, memory, bytes); } \
    void __tsan_##name##write##bytes(void* memory) { SIMT_HEAR(store, memory, bytes); }

extern "C" {
SIMT_ACCESS(, 1)
SIMT_ACCESS(, 2)
SIMT_ACCESS(, 4)
SIMT_ACCESS(, 8)
SIMT_ACCESS(, 16)
SIMT_ACCESS(unaligned_, 2)
SIMT_ACCESS(unaligned_, 4)
SIMT_ACCESS(unaligned_, 8)
SIMT_ACCESS(unaligned_, 16)
void __tsan_read_range(void* memory, std::size_t bytes) { SIMT_HEAR(load, memory, bytes); }
void __tsan_write_range(void* memory, std::size_t bytes) { SIMT_HEAR(store, memory, bytes); }
void __sanitizer_cov_trace_pc() { SIMT_HEAR(block, nullptr, 0); }
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_read(void*) {}
void __tsan_vptr_update(void*, void*) {}
}
