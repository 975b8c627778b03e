// The simulated runtime: streams and events. Compiled without thread-sanitizer instrumentation.
#include <chrono>
#include <utility>

#include "capture.hpp"
#include "runtime_error.hpp"
#include "streams.hpp"

using simt::result;
using Clock = std::chrono::steady_clock;

struct CUevent_st {
    char recorded = 0;  // a token
    Clock::time_point time{};
    bool asked = true;  // since it was recorded; one that never was counts as done
};

cudaError_t cudaStreamCreate(cudaStream_t* stream) { return cudaStreamCreateWithFlags(stream, cudaStreamDefault); }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
    *stream = new CUstream_st(flags & cudaStreamNonBlocking ? StreamKind::alone : StreamKind::with_default);
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
    CUstream_st* stream = handle ? simt::stream_of(handle) : nullptr;
    if (!stream) return result(cudaErrorInvalidResourceHandle);
    delete stream;
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
    CUstream_st* stream = simt::stream_of(handle);
    if (!stream) return result(cudaErrorInvalidResourceHandle);
    if (simt::capturing()) return result(cudaErrorStreamCaptureUnsupported);
    simt::wait_for(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamQuery(cudaStream_t stream) { return cudaStreamSynchronize(stream); }

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
    CUstream_st* stream = simt::stream_of(handle);
    if (!stream || !event) return result(cudaErrorInvalidResourceHandle);
    const simt::StreamWork work(*stream);
    simt::tsan::acquire(&event->recorded);
    return cudaSuccess;
}

cudaError_t cudaLaunchHostFunc(cudaStream_t handle, cudaHostFn_t function, void* data) {
    CUstream_st* stream = simt::stream_of(handle);
    if (!stream) return result(cudaErrorInvalidResourceHandle);
    if (simt::remember(*stream, [=](CUstream_st& on) { cudaLaunchHostFunc(&on, function, data); })) return cudaSuccess;
    const simt::StreamWork work(*stream);
    function(data);
    return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
    *event = new CUevent_st;
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    if (!event) return result(cudaErrorInvalidResourceHandle);
    delete event;
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle) {
    CUstream_st* stream = simt::stream_of(handle);
    if (!stream || !event) return result(cudaErrorInvalidResourceHandle);
    if (stream->captured) return result(cudaErrorStreamCaptureUnsupported);  // a graph's inner events: not simulated
    event->time = Clock::now();
    event->asked = false;
    const simt::StreamWork work(*stream);
    simt::tsan::release(&event->recorded);
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    if (!event) return result(cudaErrorInvalidResourceHandle);
    if (simt::capturing()) return result(cudaErrorStreamCaptureUnsupported);
    simt::tsan::acquire(&event->recorded);
    return cudaSuccess;
}

// Work is done at once; but who asks must be ready to hear that it is not, and hears it the first time.
cudaError_t cudaEventQuery(cudaEvent_t event) {
    if (!event) return result(cudaErrorInvalidResourceHandle);
    if (std::exchange(event->asked, true)) return cudaEventSynchronize(event);
    return result(cudaErrorNotReady);
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
    if (!from || !to) return result(cudaErrorInvalidResourceHandle);
    *milliseconds = std::chrono::duration<float, std::milli>(to->time - from->time).count();
    return cudaSuccess;
}
