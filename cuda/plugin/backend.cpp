// The plugin's door: how many devices there are, or why there is none, and how one is opened.
#include "backend.hpp"

#include <cufft.h>
#include <fmt/format.h>

#include <planapo/version.hpp>

#include "../../src/plugin.hpp"
#include "fft_costs.hpp"

namespace planapo::cuda {

namespace {

/// CUDA's way to write 13.0 is 13000 or 13000 + minor times 10; cuFFT's is minor times 100.
std::string version(int number, int per_minor) {
    return fmt::format("{}.{}", number / 1000, number % 1000 / per_minor);
}

/// Why the runtime sees no device, as the end of the sentence "The device "cuda" cannot be used: ...".
std::string reason_for(cudaError_t error) {
    int driver = 0, runtime = 0;
    cudaDriverGetVersion(&driver);  // stays 0 where there is no driver
    cudaRuntimeGetVersion(&runtime);
    if (driver == 0) return "no NVIDIA driver is installed (nvidia-smi would tell more)";
    if (error == cudaErrorInsufficientDriver)
        return fmt::format("the NVIDIA driver is made for CUDA {} at most, and this build needs {}: update the driver",
                           version(driver, 10), version(runtime, 10));
    if (error == cudaErrorNoDevice || error == cudaSuccess)
        return "the NVIDIA driver shows no GPU (is CUDA_VISIBLE_DEVICES set to hide it?)";
    return fmt::format("the CUDA runtime answers \"{}\"", cudaGetErrorString(error));
}

int device_count(std::string& reason) {
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    if (error == cudaSuccess && count > 0) return count;
    cudaGetLastError();  // answered by the reason: no later check must find it
    reason = reason_for(error);
    return 0;
}

/// The oldest card that nvcc 13 can write code for; from its PTX the driver makes code for every later one.
void require_supported(int index, const cudaDeviceProp& card) {
    if (10 * card.major + card.minor >= 75) return;
    throw DeviceUnavailable(
        fmt::format("Device {}, {}, has compute capability {}.{}, and planapo needs 7.5 (Turing, 2018) or later.",
                    index, card.name, card.major, card.minor));
}

std::string describe(int index) {
    cudaDeviceProp card;
    check(cudaGetDeviceProperties(&card, index), "cudaGetDeviceProperties");
    require_supported(index, card);
    int driver = 0, cufft = 0;
    check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
    cufftGetVersion(&cufft);
    return fmt::format("{}, compute capability {}.{}, driver for CUDA {}, FFT by cuFFT {}", card.name, card.major,
                       card.minor, version(driver, 10), version(cufft, 100));
}

const FftCosts* fft_costs_of(int index) {
    int major = 0, minor = 0;
    check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index), "cudaDeviceGetAttribute");
    check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index), "cudaDeviceGetAttribute");
    return measured_fft_costs(major, minor);
}

Backend* open(int index) { return new CudaBackend(index); }

}  // namespace

CudaBackend::CudaBackend(int index)
    : index_(index),
      description_(describe(index)),
      fft_costs_(fft_costs_of(index)),
      own_stream_(index),
      survey_partials_(reducing_blocks_ * static_cast<std::int64_t>(sizeof(Survey)), index) {}

cudaStream_t CudaBackend::queue(const Stream& stream) const {
    void* const handle = stream.native_handle();
    return handle == nullptr ? own_stream_.get() : static_cast<cudaStream_t>(handle);
}

}  // namespace planapo::cuda

const planapo::Plugin* planapo_plugin() {
    static const planapo::Plugin plugin{planapo::plugin_abi, PLANAPO_VERSION, planapo::cuda::device_count,
                                        planapo::cuda::open};
    return &plugin;
}
