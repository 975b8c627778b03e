// Memory of the CPU: aligned, on large pages where it is large.
#include <omp.h>

#include <cstring>

#include "../message.hpp"
#include "../platform.hpp"
#include "backend.hpp"
#include "fft_library/fft_library.hpp"

namespace planapo {

Backend& cpu_backend() {
    static CpuBackend& backend = *new CpuBackend;  // never destroyed: volumes may outlive static destruction
    return backend;
}

std::string CpuBackend::description() const {
    const int threads = omp_get_max_threads();
    return fmt::format("{}, {} thread{}, FFT by {}", platform::processor_name(), threads, threads == 1 ? "" : "s",
                       fft_library_status().name);
}

std::string CpuBackend::remark() const { return fft_library_status().remark; }

std::int64_t CpuBackend::total_bytes() const { return platform::total_memory_bytes(); }
std::int64_t CpuBackend::free_bytes() const { return platform::available_memory_bytes(); }

void* CpuBackend::allocate(std::int64_t bytes) {
    // Linux promises memory that it does not have and kills who believes it: ask first.
    return bytes > platform::available_memory_bytes() ? nullptr : platform::allocate(bytes);
}

void CpuBackend::release(void* block) noexcept { platform::release(block); }

void CpuBackend::copy(const void* from, void* to, std::int64_t bytes, const Stream&) {
    std::memcpy(to, from, static_cast<std::size_t>(bytes));
}

void* CpuBackend::allocate_pinned(std::int64_t bytes) { return platform::allocate(bytes); }
void CpuBackend::release_pinned(void* block) noexcept { platform::release(block); }

}  // namespace planapo
