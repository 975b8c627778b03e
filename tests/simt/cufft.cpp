// The stand-in for cuFFT. Stricter than the real one: a transform that reaches beyond its allocation fails with a
// sentence, and the work area is overwritten at each execution. Compiled without thread-sanitizer instrumentation; what
// it touches is reported to it.
#include "shim/cufft.h"

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "capture.hpp"
#include "cufft_plan.hpp"
#include "memory.hpp"
#include "sanitizers.hpp"
#include "simt.hpp"
#include "streams.hpp"

namespace {

struct Handle {
    std::optional<simt::FftPlan> plan;
    bool automatic = true;
    void* own_area = nullptr;
    void* area = nullptr;
    cudaStream_t stream = nullptr;

    ~Handle() { cudaFree(own_area); }
};

struct Record {
    std::mutex mutex;
    std::map<cufftHandle, std::unique_ptr<Handle>> handles;
    cufftHandle next = 1;
};

// Made when the program is loaded, never destroyed: see memory.cpp.
Record& record = *new Record;

Handle* find(cufftHandle number) {
    const std::lock_guard lock(record.mutex);
    const auto found = record.handles.find(number);
    return found == record.handles.end() ? nullptr : found->second.get();
}

cufftResult make(cufftHandle number, simt::FftShape shape, std::size_t* work_bytes) {
    Handle* handle = find(number);
    if (!handle || handle->plan) return CUFFT_INVALID_PLAN;
    simt::FftPlan plan(std::move(shape));
    if (!plan.valid()) return CUFFT_INVALID_SIZE;
    *work_bytes = plan.work_bytes();
    if (handle->automatic) {
        if (cudaMalloc(&handle->own_area, plan.work_bytes()) != cudaSuccess) return CUFFT_ALLOC_FAILED;
        handle->area = handle->own_area;
    }
    handle->plan.emplace(std::move(plan));
    return CUFFT_SUCCESS;
}

cufftResult execute(Handle& handle, void* in, void* out, int direction, CUstream_st& stream) {
    auto& plan = *handle.plan;
    const bool in_place = in == out;
    const auto in_bytes = plan.in_bytes(in_place), out_bytes = plan.out_bytes(in_place);
    const simt::Place here{__FILE__, __LINE__};
    simt::expect_reachable(in, in_bytes, "the input of a transform", here);
    simt::expect_reachable(out, out_bytes, "the output of a transform", here);
    simt::expect_reachable(handle.area, plan.work_bytes(), "the work area of a transform", here);
    if (simt::remember(stream, [=, &handle](CUstream_st& on) { execute(handle, in, out, direction, on); }))
        return CUFFT_SUCCESS;
    const simt::DeviceAccess access;
    const simt::StreamWork work(stream);
    simt::tsan::read(in, in_bytes);
    simt::tsan::write(out, out_bytes);
    std::memset(handle.area, 0xff, plan.work_bytes());
    const simt::tsan::IgnoreAccesses ignore;  // the library's own copies, on the caller's stack
    plan.execute(in, out, direction);
    return CUFFT_SUCCESS;
}

cufftResult execute(cufftHandle number, cufftType type, void* in, void* out, int direction) {
    Handle* handle = find(number);
    if (!handle || !handle->plan || handle->plan->type() != type) return CUFFT_INVALID_PLAN;
    if (!handle->area) return CUFFT_NO_WORKSPACE;
    CUstream_st* stream = simt::stream_of(handle->stream);
    if (!stream) return CUFFT_INVALID_VALUE;
    return execute(*handle, in, out, direction, *stream);
}

simt::FftShape contiguous(std::vector<long long> lengths, cufftType type, long long batch) {
    return {std::move(lengths), {}, {}, type, batch};
}

template <typename Integer>
simt::FftLayout layout(int rank, const Integer* extents, long long stride, long long distance) {
    if (!extents) return {};
    return {{extents, extents + rank}, stride, distance};
}

}  // namespace

cufftResult cufftCreate(cufftHandle* plan) {
    const std::lock_guard lock(record.mutex);
    *plan = record.next++;
    record.handles[*plan] = std::make_unique<Handle>();
    return CUFFT_SUCCESS;
}

cufftResult cufftDestroy(cufftHandle plan) {
    std::unique_ptr<Handle> handle;  // goes after the lock: it frees memory
    const std::lock_guard lock(record.mutex);
    const auto found = record.handles.find(plan);
    if (found == record.handles.end()) return CUFFT_INVALID_PLAN;
    handle = std::move(found->second);
    record.handles.erase(found);
    return CUFFT_SUCCESS;
}

cufftResult cufftMakePlan1d(cufftHandle plan, int x, cufftType type, int batch, std::size_t* work_bytes) {
    return make(plan, contiguous({x}, type, batch), work_bytes);
}

cufftResult cufftMakePlan2d(cufftHandle plan, int y, int x, cufftType type, std::size_t* work_bytes) {
    return make(plan, contiguous({y, x}, type, 1), work_bytes);
}

cufftResult cufftMakePlan3d(cufftHandle plan, int z, int y, int x, cufftType type, std::size_t* work_bytes) {
    return make(plan, contiguous({z, y, x}, type, 1), work_bytes);
}

cufftResult cufftMakePlanMany(cufftHandle plan, int rank, int* lengths, int* in_extents, int in_stride, int in_distance,
                              int* out_extents, int out_stride, int out_distance, cufftType type, int batch,
                              std::size_t* work_bytes) {
    return make(plan,
                {{lengths, lengths + rank},
                 layout(rank, in_extents, in_stride, in_distance),
                 layout(rank, out_extents, out_stride, out_distance),
                 type,
                 batch},
                work_bytes);
}

cufftResult cufftMakePlanMany64(cufftHandle plan, int rank, long long* lengths, long long* in_extents,
                                long long in_stride, long long in_distance, long long* out_extents,
                                long long out_stride, long long out_distance, cufftType type, long long batch,
                                std::size_t* work_bytes) {
    return make(plan,
                {{lengths, lengths + rank},
                 layout(rank, in_extents, in_stride, in_distance),
                 layout(rank, out_extents, out_stride, out_distance),
                 type,
                 batch},
                work_bytes);
}

cufftResult cufftGetSize(cufftHandle plan, std::size_t* work_bytes) {
    const Handle* handle = find(plan);
    if (!handle || !handle->plan) return CUFFT_INVALID_PLAN;
    *work_bytes = handle->plan->work_bytes();
    return CUFFT_SUCCESS;
}

cufftResult cufftSetAutoAllocation(cufftHandle plan, int automatic) {
    Handle* handle = find(plan);
    if (!handle || handle->plan) return CUFFT_INVALID_PLAN;
    handle->automatic = automatic != 0;
    return CUFFT_SUCCESS;
}

cufftResult cufftSetWorkArea(cufftHandle plan, void* area) {
    Handle* handle = find(plan);
    if (!handle) return CUFFT_INVALID_PLAN;
    handle->area = area;
    return CUFFT_SUCCESS;
}

cufftResult cufftSetStream(cufftHandle plan, cudaStream_t stream) {
    Handle* handle = find(plan);
    if (!handle) return CUFFT_INVALID_PLAN;
    handle->stream = stream;
    return CUFFT_SUCCESS;
}

cufftResult cufftExecR2C(cufftHandle plan, cufftReal* in, cufftComplex* out) {
    return execute(plan, CUFFT_R2C, in, out, CUFFT_FORWARD);
}
cufftResult cufftExecC2R(cufftHandle plan, cufftComplex* in, cufftReal* out) {
    return execute(plan, CUFFT_C2R, in, out, CUFFT_INVERSE);
}
cufftResult cufftExecC2C(cufftHandle plan, cufftComplex* in, cufftComplex* out, int direction) {
    return execute(plan, CUFFT_C2C, in, out, direction);
}

cufftResult cufftGetVersion(int* version) {
    *version = 12000;
    return CUFFT_SUCCESS;
}
