// Memory and copies of the GPU, by the CUDA runtime.
#include "callbacks/callbacks.hpp"
#include "plugin/backend.hpp"

namespace planapo::cuda {

namespace {

struct Bytes {
    std::size_t free = 0, total = 0;
};

Bytes bytes_of(int index) {
    const DeviceGuard guard(index);
    Bytes bytes;
    check(cudaMemGetInfo(&bytes.free, &bytes.total), "cudaMemGetInfo");
    return bytes;
}

}  // namespace

std::string CudaBackend::description() const {
    return description_ + (callbacks_wanted() ? ", filters by its callbacks" : "");
}
std::string CudaBackend::remark() const { return {}; }

std::int64_t CudaBackend::total_bytes() const { return static_cast<std::int64_t>(bytes_of(index_).total); }
std::int64_t CudaBackend::free_bytes() const { return static_cast<std::int64_t>(bytes_of(index_).free); }

void* CudaBackend::allocate(std::int64_t bytes) {
    const DeviceGuard guard(index_);
    void* block = nullptr;
    const cudaError_t error = cudaMalloc(&block, static_cast<std::size_t>(bytes));
    if (error == cudaErrorMemoryAllocation) {
        cudaGetLastError();  // answered by null: the next launch must not find it
        return nullptr;
    }
    check(error, "cudaMalloc");
    return block;
}

void CudaBackend::release(void* block) noexcept {
    const DeviceGuard guard(index_, std::nothrow);
    check_freed(cudaFree(block));  // waits for all work queued on the device, whatever stream uses the memory
}

bool CudaBackend::holds(const void* block) const {
    cudaPointerAttributes attributes{};
    check(cudaPointerGetAttributes(&attributes, block), "cudaPointerGetAttributes");
    const bool on_a_device = attributes.type == cudaMemoryTypeDevice || attributes.type == cudaMemoryTypeManaged;
    return on_a_device && attributes.device == index_;
}

// Host memory that is not pinned costs twice: the driver copies it through a pinned buffer of its own, at about half
// the speed of the bus, and the call may return only when the stream has got there. Neither end may change until the
// stream was waited for.
void CudaBackend::copy(const void* from, void* to, std::int64_t bytes, const Stream& stream) {
    const DeviceGuard guard(index_);
    check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDefault, queue(stream)),
          "cudaMemcpyAsync");
}

void* CudaBackend::allocate_pinned(std::int64_t bytes) {
    const DeviceGuard guard(index_);
    void* block = nullptr;
    const cudaError_t error = cudaHostAlloc(&block, static_cast<std::size_t>(bytes), cudaHostAllocDefault);
    if (error == cudaErrorMemoryAllocation) {
        cudaGetLastError();  // answered by null
        return nullptr;
    }
    check(error, "cudaHostAlloc");
    return block;
}

void CudaBackend::release_pinned(void* block) noexcept {
    const DeviceGuard guard(index_, std::nothrow);
    check_freed(cudaFreeHost(block));
}

}  // namespace planapo::cuda
