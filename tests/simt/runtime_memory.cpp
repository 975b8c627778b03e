// The simulated runtime: memory, copies and fills. Compiled without thread-sanitizer instrumentation; what a copy
// touches is reported to it as the stream's.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "capture.hpp"
#include "memory.hpp"
#include "runtime_error.hpp"
#include "simt.hpp"
#include "streams.hpp"

using simt::result;
using simt::Space;

namespace {

cudaError_t take(void** memory, std::size_t bytes, Space space) {
    *memory = nullptr;
    if (simt::capturing()) return result(cudaErrorStreamCaptureUnsupported);
    if (bytes == 0) return cudaSuccess;
    *memory = simt::allocate(bytes, space);
    return result(*memory ? cudaSuccess : cudaErrorMemoryAllocation);
}

cudaError_t free_after_all_work(void* memory, Space space) {
    if (!memory) return cudaSuccess;
    if (simt::capturing()) return result(cudaErrorStreamCaptureUnsupported);
    simt::wait_for_all_streams();
    if (!simt::forget(memory, space)) return result(cudaErrorInvalidValue);
    std::free(memory);
    return cudaSuccess;
}

/// Rows of `width` bytes: `height` of them in each of `depth` slices.
struct Box {
    std::size_t width, height = 1, depth = 1;
};
struct Side {
    char* memory;
    std::size_t row_pitch = 0, slice_pitch = 0;

    std::size_t reach(const Box& box) const {
        return (box.depth - 1) * slice_pitch + (box.height - 1) * row_pitch + box.width;
    }
};

/// Device memory must be in one allocation from the first byte to the last; of host memory nothing is known, but what
/// is pinned.
bool lies_well(const Side& side, const Box& box) {
    const auto found = simt::find(side.memory);
    return !found.begin || side.memory + side.reach(box) <= found.begin + found.bytes;
}

bool on_device(const void* memory) {
    const auto found = simt::find(memory);
    return found.begin && found.space == Space::device;
}

bool kind_fits(const void* to, const void* from, cudaMemcpyKind kind) {
    if (kind == cudaMemcpyDefault) return true;
    const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    return on_device(to) == to_device && on_device(from) == from_device;
}

cudaError_t copy(const Side& to, const Side& from, const Box& box, cudaMemcpyKind kind, cudaStream_t handle) {
    CUstream_st* stream = simt::stream_of(handle);
    if (!stream) return result(cudaErrorInvalidResourceHandle);
    if (box.width == 0 || box.height == 0 || box.depth == 0) return cudaSuccess;
    if (!kind_fits(to.memory, from.memory, kind)) return result(cudaErrorInvalidMemcpyDirection);
    if (!lies_well(to, box) || !lies_well(from, box)) return result(cudaErrorInvalidValue);
    if (simt::remember(*stream, [=](CUstream_st& on) { copy(to, from, box, kind, &on); })) return cudaSuccess;
    const bool pageable = !simt::find(to.memory).begin || !simt::find(from.memory).begin;
    {
        const simt::DeviceAccess access;
        const simt::StreamWork work(*stream);
        for (std::size_t z = 0; z < box.depth; ++z)
            for (std::size_t y = 0; y < box.height; ++y)
                std::memcpy(to.memory + z * to.slice_pitch + y * to.row_pitch,
                            from.memory + z * from.slice_pitch + y * from.row_pitch, box.width);
    }
    if (pageable) simt::wait_for(*stream);  // CUDA is done with pageable memory when the call returns
    return cudaSuccess;
}

cudaError_t fill(const Side& side, int value, const Box& box, cudaStream_t handle) {
    CUstream_st* stream = simt::stream_of(handle);
    if (!stream) return result(cudaErrorInvalidResourceHandle);
    if (box.width == 0 || box.height == 0) return cudaSuccess;
    if (!simt::find(side.memory).begin || !lies_well(side, box)) return result(cudaErrorInvalidValue);
    if (simt::remember(*stream, [=](CUstream_st& on) { fill(side, value, box, &on); })) return cudaSuccess;
    const simt::DeviceAccess access;
    const simt::StreamWork work(*stream);
    for (std::size_t y = 0; y < box.height; ++y) std::memset(side.memory + y * side.row_pitch, value, box.width);
    return cudaSuccess;
}

Side side(const void* memory, std::size_t row_pitch = 0, std::size_t slice_pitch = 0) {
    return {static_cast<char*>(const_cast<void*>(memory)), row_pitch, slice_pitch};
}

Side side(const cudaPitchedPtr& pointer, const cudaPos& first) {
    const auto slice_pitch = pointer.pitch * pointer.ysize;
    return side(static_cast<char*>(pointer.ptr) + first.z * slice_pitch + first.y * pointer.pitch + first.x,
                pointer.pitch, slice_pitch);
}

}  // namespace

cudaError_t cudaMalloc(void** memory, std::size_t bytes) { return take(memory, bytes, Space::device); }

cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t stream) {
    if (!simt::stream_of(stream)) return result(cudaErrorInvalidResourceHandle);
    return take(memory, bytes, Space::device);
}

cudaError_t cudaFree(void* memory) { return free_after_all_work(memory, Space::device); }

cudaError_t cudaFreeAsync(void* memory, cudaStream_t handle) {
    CUstream_st* stream = simt::stream_of(handle);
    if (!stream) return result(cudaErrorInvalidResourceHandle);
    if (!memory) return cudaSuccess;
    if (!simt::forget(memory, Space::device)) return result(cudaErrorInvalidValue);
    const simt::StreamWork work(*stream);  // no lock in here: it would order streams
    std::free(memory);
    return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned) { return take(memory, bytes, Space::pinned); }
cudaError_t cudaMallocHost(void** memory, std::size_t bytes) { return take(memory, bytes, Space::pinned); }

cudaError_t cudaFreeHost(void* memory) { return free_after_all_work(memory, Space::pinned); }

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    *free = simt::free_bytes();
    *total = simt::total_bytes();
    return cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* memory) {
    const auto found = simt::find(memory);
    auto* pointer = const_cast<void*>(memory);
    if (!found.begin)
        *attributes = {cudaMemoryTypeUnregistered, -2, nullptr, pointer};
    else if (found.space == Space::pinned)
        *attributes = {cudaMemoryTypeHost, 0, pointer, pointer};
    else
        *attributes = {cudaMemoryTypeDevice, 0, pointer, nullptr};
    return cudaSuccess;
}

// There is one pool, and it keeps nothing.
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
    *pool = nullptr;
    return result(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t) { return cudaSuccess; }

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
    return copy(side(to), side(from), {bytes}, kind, stream);
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    const auto error = cudaMemcpyAsync(to, from, bytes, kind, nullptr);
    return error == cudaSuccess ? cudaStreamSynchronize(nullptr) : error;
}

cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
    if (width > to_pitch || width > from_pitch) return result(cudaErrorInvalidValue);
    return copy(side(to, to_pitch), side(from, from_pitch), {width, height}, kind, stream);
}

cudaError_t cudaMemcpy3DAsync(const cudaMemcpy3DParms* p, cudaStream_t stream) {
    if (p->srcArray || p->dstArray) return result(cudaErrorNotSupported);
    const auto& extent = p->extent;
    if (p->srcPos.x + extent.width > p->srcPtr.pitch || p->dstPos.x + extent.width > p->dstPtr.pitch)
        return result(cudaErrorInvalidValue);
    return copy(side(p->dstPtr, p->dstPos), side(p->srcPtr, p->srcPos), {extent.width, extent.height, extent.depth},
                p->kind, stream);
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
    return fill(side(memory), value, {bytes}, stream);
}

cudaError_t cudaMemset(void* memory, int value, std::size_t bytes) {
    return cudaMemsetAsync(memory, value, bytes, nullptr);
}

cudaError_t cudaMemset2DAsync(void* memory, std::size_t pitch, int value, std::size_t width, std::size_t height,
                              cudaStream_t stream) {
    if (width > pitch) return result(cudaErrorInvalidValue);
    return fill(side(memory, pitch), value, {width, height}, stream);
}
