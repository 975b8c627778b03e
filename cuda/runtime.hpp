// The owners of the CUDA runtime's handles, and the device that a thread works on. Nobody else creates, frees or sets.
#pragma once

#include <cassert>
#include <cstdint>
#include <new>
#include <utility>

#include <cuda_runtime.h>

#include "check.hpp"

namespace planapo::cuda {

/// For destructors, which cannot throw. A process that ends may take the driver down first, and a kernel that failed
/// earlier makes every later call fail until the next `check` throws: both are swallowed. What remains is a handle that
/// is not ours.
inline void check_freed([[maybe_unused]] cudaError_t error) noexcept {
    assert(error != cudaErrorInvalidValue && error != cudaErrorInvalidResourceHandle);
}

/// The calling thread works on device `index` until the guard goes; then on the one before, which may be its caller's.
class DeviceGuard {
public:
    explicit DeviceGuard(int index) {
        check(cudaGetDevice(&before_), "cudaGetDevice");
        if (before_ != index) check(cudaSetDevice(index), "cudaSetDevice");
        changed_ = before_ != index;
    }
    DeviceGuard(int index, std::nothrow_t) noexcept {
        changed_ = cudaGetDevice(&before_) == cudaSuccess && before_ != index && cudaSetDevice(index) == cudaSuccess;
    }
    ~DeviceGuard() {
        if (changed_) check_freed(cudaSetDevice(before_));
    }
    DeviceGuard(const DeviceGuard&) = delete;
    DeviceGuard& operator=(const DeviceGuard&) = delete;

private:
    int before_ = 0;
    bool changed_ = false;
};

/// A stream of its own on device `index`, which does not wait for the legacy default stream.
class OwnedStream {
public:
    explicit OwnedStream(int index) : index_(index) {
        const DeviceGuard guard(index);
        check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    }
    ~OwnedStream() {
        if (stream_ == nullptr) return;
        const DeviceGuard guard(index_, std::nothrow);
        check_freed(cudaStreamDestroy(stream_));  // what is queued is still done
    }
    OwnedStream(OwnedStream&& other) noexcept : index_(other.index_), stream_(std::exchange(other.stream_, nullptr)) {}
    OwnedStream& operator=(OwnedStream&& other) noexcept {
        std::swap(index_, other.index_);
        std::swap(stream_, other.stream_);
        return *this;
    }

    cudaStream_t get() const { return stream_; }

private:
    int index_;
    cudaStream_t stream_ = nullptr;
};

/// An event without a time, on device `index`.
class OwnedEvent {
public:
    explicit OwnedEvent(int index) : index_(index) {
        const DeviceGuard guard(index);
        check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming | cudaEventBlockingSync),
              "cudaEventCreateWithFlags");
    }
    ~OwnedEvent() {
        const DeviceGuard guard(index_, std::nothrow);
        check_freed(cudaEventDestroy(event_));
    }
    OwnedEvent(const OwnedEvent&) = delete;
    OwnedEvent& operator=(const OwnedEvent&) = delete;

    cudaEvent_t get() const { return event_; }

private:
    int index_;
    cudaEvent_t event_ = nullptr;
};

/// What was captured from a stream.
class OwnedGraph {
public:
    OwnedGraph() = default;
    ~OwnedGraph() {
        if (graph_ != nullptr) check_freed(cudaGraphDestroy(graph_));
    }
    OwnedGraph(OwnedGraph&& other) noexcept : graph_(std::exchange(other.graph_, nullptr)) {}
    OwnedGraph& operator=(OwnedGraph&&) = delete;

    cudaGraph_t get() const { return graph_; }
    cudaGraph_t* place() { return &graph_; }

private:
    cudaGraph_t graph_ = nullptr;
};

/// A graph that can be launched.
class OwnedExecutable {
public:
    OwnedExecutable() = default;
    explicit OwnedExecutable(const OwnedGraph& graph) {
        check(cudaGraphInstantiate(&executable_, graph.get(), 0), "cudaGraphInstantiate");
    }
    ~OwnedExecutable() {
        if (executable_ != nullptr) check_freed(cudaGraphExecDestroy(executable_));
    }
    OwnedExecutable(OwnedExecutable&& other) noexcept : executable_(std::exchange(other.executable_, nullptr)) {}
    OwnedExecutable& operator=(OwnedExecutable&& other) noexcept {
        std::swap(executable_, other.executable_);
        return *this;
    }

    /// Takes over the arguments of a graph of the same shape; false where there is none of that shape yet.
    bool update(const OwnedGraph& graph) {
        if (executable_ == nullptr) return false;
        cudaGraphExecUpdateResultInfo why{};
        const bool updated = cudaGraphExecUpdate(executable_, graph.get(), &why) == cudaSuccess;
        cudaGetLastError();  // another shape is an answer
        return updated;
    }
    cudaGraphExec_t get() const { return executable_; }

private:
    cudaGraphExec_t executable_ = nullptr;
};

/// Memory on device `index` that the backend keeps for itself; what its users hold is a Buffer's, and counted.
class OwnedMemory {
public:
    OwnedMemory(std::int64_t bytes, int index) : index_(index) {
        const DeviceGuard guard(index);
        check(cudaMalloc(&data_, static_cast<std::size_t>(bytes)), "cudaMalloc");
    }
    ~OwnedMemory() {
        if (data_ == nullptr) return;
        const DeviceGuard guard(index_, std::nothrow);
        check_freed(cudaFree(data_));
    }
    OwnedMemory(OwnedMemory&& other) noexcept : index_(other.index_), data_(std::exchange(other.data_, nullptr)) {}
    OwnedMemory& operator=(OwnedMemory&& other) noexcept {
        std::swap(index_, other.index_);
        std::swap(data_, other.data_);
        return *this;
    }

    void* data() const { return data_; }

private:
    int index_;
    void* data_ = nullptr;
};

}  // namespace planapo::cuda
