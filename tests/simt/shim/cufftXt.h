// Stands in for cuFFT's header of this name: callbacks, as far as planapo uses them.
#pragma once

#include "cufft.h"

enum cufftXtCallbackType {
    CUFFT_CB_LD_COMPLEX = 0x0,
    CUFFT_CB_LD_REAL = 0x2,
    CUFFT_CB_ST_COMPLEX = 0x4,
    CUFFT_CB_ST_REAL = 0x6,
};

using cufftJITCallbackStoreC = void (*)(void* out, unsigned long long offset, cufftComplex element, void* caller_info,
                                        void* shared);

#pragma GCC visibility push(hidden)

/// `image` is a simt::CallbackImage (callback_image.hpp). With PLANAPO_SIMT_NO_LINKER in the environment plans are made
/// as where nvJitLink is missing: not at all.
cufftResult cufftXtSetJITCallback(cufftHandle plan, const char* symbol, const void* image, std::size_t bytes,
                                  cufftXtCallbackType type, void** caller_info);

#pragma GCC visibility pop
