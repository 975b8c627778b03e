// The stand-in for cuFFT. Stricter than the real one: a transform that reaches beyond its allocation fails with a
// sentence, and the work area is overwritten at each execution. A callback is a kernel of its own, behind the
// transform. Compiled without thread-sanitizer instrumentation; what it touches is reported to it.
#include "shim/cufftXt.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "callback_image.hpp"
#include "capture.hpp"
#include "cufft_plan.hpp"
#include "memory.hpp"
#include "sanitizers.hpp"
#include "simt.hpp"
#include "streams.hpp"

namespace {

/// What was set: looked at when the plan is made, as cuFFT does, so it must still be there.
struct Callback {
    const char* symbol;
    const void* image;
    std::size_t bytes;
    cufftXtCallbackType type;
    void** caller_info;
};

/// What a plan calls instead of storing.
struct Store {
    cufftJITCallbackStoreC function = nullptr;
    void* caller_info = nullptr;
};

struct Handle {
    std::optional<simt::FftPlan> plan;
    std::optional<Callback> callback;
    Store store;
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

cufftResult link(const Callback& callback, cufftType type, Store& store) {
    if (callback.type != CUFFT_CB_ST_COMPLEX || type == CUFFT_C2R) return CUFFT_INVALID_TYPE;
    if (std::getenv("PLANAPO_SIMT_NO_LINKER")) return CUFFT_MISSING_DEPENDENCY;
    if (callback.bytes != sizeof(simt::CallbackImage)) return CUFFT_NVJITLINK_FAILURE;
    const auto& image = *static_cast<const simt::CallbackImage*>(callback.image);
    if (std::strcmp(image.symbol, callback.symbol) != 0) return CUFFT_NVJITLINK_FAILURE;
    store = {image.store, callback.caller_info ? *callback.caller_info : nullptr};
    return CUFFT_SUCCESS;
}

cufftResult make(cufftHandle number, simt::FftShape shape, std::size_t* work_bytes) {
    Handle* handle = find(number);
    if (!handle || handle->plan) return CUFFT_INVALID_PLAN;
    simt::FftPlan plan(std::move(shape));
    if (!plan.valid()) return CUFFT_INVALID_SIZE;
    if (handle->callback)
        if (const auto result = link(*handle->callback, plan.type(), handle->store); result != CUFFT_SUCCESS)
            return result;
    *work_bytes = plan.work_bytes();
    if (handle->automatic) {
        if (cudaMalloc(&handle->own_area, plan.work_bytes()) != cudaSuccess) return CUFFT_ALLOC_FAILED;
        handle->area = handle->own_area;
    }
    handle->plan.emplace(std::move(plan));
    return CUFFT_SUCCESS;
}

/// Takes the elements of the output away; their places are left as NaN.
std::vector<cufftComplex> take(cufftComplex* out, const std::vector<long long>& offsets) {
    std::vector<cufftComplex> elements;
    for (const auto offset : offsets) {
        elements.push_back(out[offset]);
        std::memset(&out[offset], 0xff, sizeof *out);
    }
    return elements;
}

/// Hands each element to the callback, in a thread of its own.
void store(const Store& callback, void* out, const std::vector<long long>& offsets,
           const std::vector<cufftComplex>& elements, CUstream_st& stream) {
    constexpr unsigned threads = 256;
    const auto blocks = static_cast<unsigned>((offsets.size() + threads - 1) / threads);
    simt::run({{blocks}, {threads}, 0, &stream, {__FILE__, __LINE__}}, reinterpret_cast<const void*>(callback.function),
              [&] {
                  const auto i = std::size_t{simt::block_index().x} * threads + simt::thread_index().x;
                  if (i < offsets.size())
                      callback.function(out, static_cast<unsigned long long>(offsets[i]), elements[i],
                                        callback.caller_info, nullptr);
              });
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
    std::vector<long long> offsets;
    std::vector<cufftComplex> elements;
    {
        const simt::DeviceAccess access;
        const simt::StreamWork work(stream);
        simt::tsan::read(in, in_bytes);
        simt::tsan::write(out, out_bytes);
        std::memset(handle.area, 0xff, plan.work_bytes());
        const simt::tsan::IgnoreAccesses ignore;  // the library's own copies, on the caller's stack
        plan.execute(in, out, direction);
        if (handle.store.function) {
            offsets = plan.out_offsets(in_place);
            elements = take(static_cast<cufftComplex*>(out), offsets);
        }
    }
    if (handle.store.function) store(handle.store, out, offsets, elements, stream);
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

cufftResult cufftXtSetJITCallback(cufftHandle plan, const char* symbol, const void* image, std::size_t bytes,
                                  cufftXtCallbackType type, void** caller_info) {
    Handle* handle = find(plan);
    if (!handle || handle->plan) return CUFFT_INVALID_PLAN;
    if (!symbol || !image || bytes == 0) return CUFFT_INVALID_VALUE;
    handle->callback = {symbol, image, bytes, type, caller_info};
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
