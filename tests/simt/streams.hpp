// Streams of the simulated device. Work is done at once; what a stream adds is order, and the thread sanitizer sees
// that order only: host code that reads a result without waiting for its stream is reported as a race, and so are two
// streams that do not wait for each other.
#pragma once

#include <atomic>
#include <cstddef>

#include "sanitizers.hpp"

enum class StreamKind { with_default, alone };  // alone: does not wait for the default stream (cudaStreamNonBlocking)

struct CUgraph_st;

struct CUstream_st {
    explicit CUstream_st(StreamKind kind_);
    ~CUstream_st();
    CUstream_st(const CUstream_st&) = delete;
    CUstream_st& operator=(const CUstream_st&) = delete;

    StreamKind kind;
    std::size_t number;  // counted from the default stream's 0
    void* tsan_thread;
    char queued = 0, done = 0;       // tokens
    CUgraph_st* captured = nullptr;  // where work goes instead of being done; null: it is done
    std::atomic_flag busy;  // not a mutex, of which the thread sanitizer would know: it orders nothing that a test sees
};

namespace simt {

/// The stream meant by a handle (null: the default stream), or null if there is none such.
CUstream_st* stream_of(CUstream_st* handle);

/// While one exists, this host thread does the stream's work; others wait their turn.
class StreamWork {
public:
    explicit StreamWork(CUstream_st& stream);
    ~StreamWork();
    StreamWork(const StreamWork&) = delete;
    StreamWork& operator=(const StreamWork&) = delete;

private:
    CUstream_st& stream_;
    void* caller_;
};

void wait_for(CUstream_st& stream);
void wait_for_all_streams();

}  // namespace simt
