// Memory of the simulated device, aligned as cudaMalloc aligns it.
#pragma once

#include <cstdint>

#include <cuda_runtime.h>

#include <planapo/volume.hpp>

#include "check.hpp"

namespace planapo::testing {

template <typename T>
class DeviceMemory {
public:
    explicit DeviceMemory(std::int64_t elements) : elements_(elements) {
        cuda::check(cudaMalloc(&data_, static_cast<std::size_t>(elements) * sizeof(T)), "cudaMalloc");
        cuda::check(cudaMemset(data_, 0, static_cast<std::size_t>(elements) * sizeof(T)), "cudaMemset");
    }
    ~DeviceMemory() { cudaFree(data_); }
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;

    T* data() const { return data_; }
    std::int64_t elements() const { return elements_; }
    View<T> view(Shape shape) const { return {data_, shape}; }

private:
    std::int64_t elements_;
    T* data_ = nullptr;
};

}  // namespace planapo::testing
