// The FFT library of the CPU: Intel's MKL or FFTW, whichever is there, opened at run time behind FFTW's API. Neither is
// linked, so neither's licence reaches planapo's binaries.
#pragma once

#include <mutex>
#include <string>

namespace planapo {

/// The dozen functions of FFTW's API in single precision that planapo calls.
struct FftLibrary {
    using Plan = struct fftwf_plan_s*;
    using Coefficient = float[2];

    Plan (*plan_forward)(int rank, const int* extents, float* in, Coefficient* out, unsigned flags);
    Plan (*plan_inverse)(int rank, const int* extents, Coefficient* in, float* out, unsigned flags);
    void (*forward)(Plan, float* in, Coefficient* out);
    void (*inverse)(Plan, Coefficient* in, float* out);
    void (*destroy)(Plan);
    int (*init_threads)();
    void (*plan_with_threads)(int threads);
    int (*import_wisdom)(const char* path);
    int (*export_wisdom)(const char* path);
    void (*forget_wisdom)();

    static constexpr unsigned measure = 0, estimate = 1u << 6, wisdom_only = 1u << 21;

    bool plans_need_timing = true;  // MKL plans at once and ignores the flags
    std::mutex planner;             // FFTW's planner is not thread-safe
};

/// The library in use. Throws `DeviceUnavailable`, with what to install, if there is none.
FftLibrary& fft_library();

struct FftLibraryStatus {
    std::string name;    ///< "MKL (libmkl_rt.so.3)", or "no library"
    std::string remark;  ///< what another one would bring; may be empty
};
FftLibraryStatus fft_library_status();

}  // namespace planapo
