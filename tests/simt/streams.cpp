// Streams of the simulated device, as the thread sanitizer sees them. Compiled without its instrumentation.
#include "streams.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

namespace simt {
namespace {

struct Record {
    std::mutex mutex;
    std::set<CUstream_st*> streams;
    std::size_t made = 0;
};

// Made when the program is loaded, never destroyed: see memory.cpp.
Record& record = *new Record;
CUstream_st& default_stream = *new CUstream_st(StreamKind::with_default);

std::set<CUstream_st*> all_streams() {
    const std::lock_guard lock(record.mutex);
    return record.streams;
}

bool is_default(const CUstream_st& stream) { return &stream == &default_stream; }

}  // namespace

CUstream_st* stream_of(CUstream_st* handle) {
    const auto special = reinterpret_cast<std::uintptr_t>(handle);  // cudaStreamLegacy is 1, cudaStreamPerThread is 2
    if (special <= 2) return &default_stream;
    const std::lock_guard lock(record.mutex);
    return record.streams.contains(handle) ? handle : nullptr;
}

// The default stream and those made "with default" wait for each other; others only for events and the host.
StreamWork::StreamWork(CUstream_st& stream) : stream_(stream), caller_(tsan::current()) {
    const auto streams = all_streams();
    const bool everybody = is_default(stream);
    while (stream.busy.test_and_set(std::memory_order_acquire)) stream.busy.wait(true);
    tsan::release(&stream.queued);
    tsan::switch_to(stream.tsan_thread);
    tsan::acquire(&stream.queued);
    if (stream.kind == StreamKind::alone) return;
    for (auto* other : streams)
        if ((everybody || is_default(*other)) && other->kind == StreamKind::with_default) tsan::acquire(&other->done);
}

StreamWork::~StreamWork() {
    tsan::release(&stream_.done);
    tsan::switch_to(caller_);
    stream_.busy.clear(std::memory_order_release);
    stream_.busy.notify_one();
}

void wait_for(CUstream_st& stream) { tsan::acquire(&stream.done); }

void wait_for_all_streams() {
    for (auto* stream : all_streams()) wait_for(*stream);
}

}  // namespace simt

CUstream_st::CUstream_st(StreamKind kind_) : kind(kind_) {
    const std::lock_guard lock(simt::record.mutex);
    number = simt::record.made++;
    tsan_thread = simt::tsan::create(fmt::format("CUDA stream {}", number).c_str());
    simt::record.streams.insert(this);
}

CUstream_st::~CUstream_st() {
    const std::lock_guard lock(simt::record.mutex);
    simt::record.streams.erase(this);
    simt::tsan::destroy(tsan_thread);
}
