// Stands in for cuFFT's header of this name: single-precision transforms as far as planapo uses them, done by FFTW
// (cufft.cpp).
#pragma once

#include <cstddef>

#include "cuda_runtime.h"

enum cufftResult {
    CUFFT_SUCCESS = 0,
    CUFFT_INVALID_PLAN = 1,
    CUFFT_ALLOC_FAILED = 2,
    CUFFT_INVALID_TYPE = 3,
    CUFFT_INVALID_VALUE = 4,
    CUFFT_INTERNAL_ERROR = 5,
    CUFFT_EXEC_FAILED = 6,
    CUFFT_SETUP_FAILED = 7,
    CUFFT_INVALID_SIZE = 8,
    CUFFT_INVALID_DEVICE = 11,
    CUFFT_NO_WORKSPACE = 13,
    CUFFT_NOT_SUPPORTED = 16,
    CUFFT_MISSING_DEPENDENCY = 17,
    CUFFT_NVRTC_FAILURE = 18,
    CUFFT_NVJITLINK_FAILURE = 19,
};

enum cufftType { CUFFT_R2C = 0x2a, CUFFT_C2R = 0x2c, CUFFT_C2C = 0x29 };

using cufftHandle = int;
using cufftReal = float;
using cufftComplex = float2;
inline constexpr int CUFFT_FORWARD = -1, CUFFT_INVERSE = 1;

#pragma GCC visibility push(hidden)

cufftResult cufftCreate(cufftHandle* plan);
cufftResult cufftDestroy(cufftHandle plan);
cufftResult cufftMakePlan1d(cufftHandle plan, int x, cufftType type, int batch, std::size_t* work_bytes);
cufftResult cufftMakePlan2d(cufftHandle plan, int y, int x, cufftType type, std::size_t* work_bytes);
cufftResult cufftMakePlan3d(cufftHandle plan, int z, int y, int x, cufftType type, std::size_t* work_bytes);
cufftResult cufftMakePlanMany(cufftHandle plan, int rank, int* lengths, int* in_extents, int in_stride, int in_distance,
                              int* out_extents, int out_stride, int out_distance, cufftType type, int batch,
                              std::size_t* work_bytes);
cufftResult cufftMakePlanMany64(cufftHandle plan, int rank, long long* lengths, long long* in_extents,
                                long long in_stride, long long in_distance, long long* out_extents,
                                long long out_stride, long long out_distance, cufftType type, long long batch,
                                std::size_t* work_bytes);
cufftResult cufftGetSize(cufftHandle plan, std::size_t* work_bytes);
cufftResult cufftSetAutoAllocation(cufftHandle plan, int automatic);
cufftResult cufftSetWorkArea(cufftHandle plan, void* area);
cufftResult cufftSetStream(cufftHandle plan, cudaStream_t stream);
cufftResult cufftExecR2C(cufftHandle plan, cufftReal* in, cufftComplex* out);
cufftResult cufftExecC2R(cufftHandle plan, cufftComplex* in, cufftReal* out);
cufftResult cufftExecC2C(cufftHandle plan, cufftComplex* in, cufftComplex* out, int direction);
cufftResult cufftGetVersion(int* version);

#pragma GCC visibility pop
