// Turns what the CUDA runtime returns into planapo's errors: one function around every call.
#pragma once

#include <string>
#include <string_view>

#include <cuda_runtime.h>

#include <planapo/error.hpp>

namespace planapo::cuda {

/// "cuda/fft.cpp:41"
inline std::string source_line(const char* file, int line) { return std::string(file) + ":" + std::to_string(line); }

/// "device 0, NVIDIA H200", as far as the runtime still answers.
inline std::string current_device() {
    int device = 0;
    if (cudaGetDevice(&device) != cudaSuccess) return "no device";
    cudaDeviceProp properties;
    const bool known = cudaGetDeviceProperties(&properties, device) == cudaSuccess;
    return "device " + std::to_string(device) + (known ? std::string(", ") + properties.name : "");
}

[[noreturn]] inline void throw_error(cudaError_t error, std::string_view what, const char* file, int line) {
    cudaGetLastError();  // or the next launch would report this error again
    std::string sentence = source_line(file, line) + ": ";
    if (!what.empty()) sentence += std::string(what) + ": ";
    sentence += std::string(cudaGetErrorString(error)) + " (" + current_device() + ")";
    if (error == cudaErrorMemoryAllocation) throw OutOfMemory(sentence);
    throw DeviceError(sentence);
}

/// Throws `OutOfMemory` if the device had no room, `DeviceError` for any other failure; both name the line that called.
inline void check(cudaError_t error, std::string_view what = {}, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
    if (error != cudaSuccess) throw_error(error, what, file, line);
}

}  // namespace planapo::cuda
