#include "fft_plan.hpp"

#include <functional>
#include <numeric>
#include <string>

#include <cufftXt.h>
#include <fmt/format.h>

#include "../check.hpp"

namespace planapo::cuda {

namespace {

/// cuFFT has numbers for its errors, but no words.
const char* words_for(cufftResult result) {
    switch (result) {
        case CUFFT_ALLOC_FAILED:
            return "there is no memory for the plan";
        case CUFFT_INVALID_SIZE:
            return "it has no transform of this size";
        case CUFFT_INTERNAL_ERROR:
            return "an internal error, or a driver that is missing or too old";
        case CUFFT_SETUP_FAILED:
            return "it cannot be started";
        case CUFFT_EXEC_FAILED:
            return "the transform failed on the device";
        case CUFFT_MISSING_DEPENDENCY:
            return "it finds no libnvJitLink.so.13 or no libnvrtc.so.13";
        case CUFFT_NVRTC_FAILURE:
            return "libnvrtc.so.13 is missing, or does not go with this cuFFT";
        case CUFFT_NVJITLINK_FAILURE:
            return "libnvJitLink.so.13 does not go with this cuFFT";
        default:
            return "see cufftResult in cufft.h";
    }
}

std::string sentence_for(cufftResult result, const char* call, const char* file, int line) {
    return fmt::format("{}: {}: cuFFT error {}, {} ({})", source_line(file, line), call, static_cast<int>(result),
                       words_for(result), current_device());
}

void check(cufftResult result, const char* call, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    if (result == CUFFT_SUCCESS) return;
    const std::string sentence = sentence_for(result, call, file, line);
    if (result == CUFFT_ALLOC_FAILED) throw OutOfMemory(sentence);
    throw DeviceError(sentence);
}

/// For what would not fail without a callback.
void check_callback(cufftResult result, const char* call, const char* file = __builtin_FILE(),
                    int line = __builtin_LINE()) {
    if (result == CUFFT_ALLOC_FAILED) check(result, call, file, line);
    if (result == CUFFT_SUCCESS) return;
    const std::string sentence = fmt::format(
        "PLANAPO_CUFFT_CALLBACKS is 1, and cuFFT cannot make a plan with a callback: leave the variable unset. {}",
        sentence_for(result, call, file, line));
    if (result == CUFFT_MISSING_DEPENDENCY) throw DeviceUnavailable(sentence);
    throw DeviceError(sentence);
}

long long product(const std::vector<long long>& extents) {
    return std::accumulate(extents.begin(), extents.end(), 1LL, std::multiplies<>());
}

}  // namespace

FftLayout::FftLayout(Shape grid) {
    const auto add = [this](std::int64_t length, std::int64_t in_real, std::int64_t in_spectrum) {
        lengths.push_back(length);
        real.push_back(in_real);
        spectrum.push_back(in_spectrum);
    };
    for (const std::int64_t extent : {grid.z, grid.y})
        if (extent > 1) add(extent, extent, extent);
    const std::int64_t coefficients = grid.x / 2 + 1;
    add(grid.x, 2 * coefficients, coefficients);
}

FftPlan::FftPlan(const FftLayout& layout, cufftType type) : type_(type) {
    check(cufftCreate(&handle_), "cufftCreate");
    try {
        check(make(layout), "cufftMakePlanMany64");
    } catch (...) {
        cufftDestroy(handle_);
        throw;
    }
}

FftPlan::FftPlan(const FftLayout& layout, const Factor* factor)
    : type_(CUFFT_R2C), factor_(const_cast<Factor*>(factor)) {
    check(cufftCreate(&handle_), "cufftCreate");
    try {
        set_callback();
        check_callback(make(layout), "cufftMakePlanMany64");
    } catch (...) {
        cufftDestroy(handle_);
        throw;
    }
}

FftPlan::~FftPlan() { cufftDestroy(handle_); }  // fails only where the driver has shut down already

void FftPlan::set_callback() {
    const CallbackCode code = multiply_callback();
    check_callback(cufftXtSetJITCallback(handle_, code.symbol, code.image, code.bytes, CUFFT_CB_ST_COMPLEX, &factor_),
                   "cufftXtSetJITCallback");
}

cufftResult FftPlan::make(FftLayout layout) {
    check(cufftSetAutoAllocation(handle_, 0), "cufftSetAutoAllocation");
    auto& in = type_ == CUFFT_R2C ? layout.real : layout.spectrum;
    auto& out = type_ == CUFFT_R2C ? layout.spectrum : layout.real;
    // The one interface without a limit of 2^31 elements.
    return cufftMakePlanMany64(handle_, static_cast<int>(layout.lengths.size()), layout.lengths.data(), in.data(), 1,
                               product(in), out.data(), 1, product(out), type_, 1, &work_bytes_);
}

void FftPlan::use_work_area(void* area) { check(cufftSetWorkArea(handle_, area), "cufftSetWorkArea"); }

void FftPlan::execute(View<float> grid, cudaStream_t stream) {
    check(cufftSetStream(handle_, stream), "cufftSetStream");
    auto* const spectrum = reinterpret_cast<cufftComplex*>(grid.data());
    if (type_ == CUFFT_R2C) {
        check(cufftExecR2C(handle_, grid.data(), spectrum), "cufftExecR2C");
    } else {
        check(cufftExecC2R(handle_, spectrum, grid.data()), "cufftExecC2R");
    }
}

}  // namespace planapo::cuda
