// Filters whose product with the OTF is done by cuFFT's own kernels, at the place where they would store a coefficient.
// Off unless the environment variable PLANAPO_CUFFT_CALLBACKS is 1, which is looked at whenever a transform is planned.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <string_view>

#include "../../src/formula.hpp"

namespace planapo::cuda {

inline bool callbacks_wanted() {
    const char* const wish = std::getenv("PLANAPO_CUFFT_CALLBACKS");
    return wish != nullptr && std::string_view(wish) == "1";
}

/// What the callback is told of its filter; lies on the device. The coefficients are one row: cuFFT counts them
/// through.
struct Factor {
    View<const Complex> otf;
    Conjugate conjugate;
};

/// Code that cuFFT links into its kernels.
struct CallbackCode {
    const char* symbol;
    const void* image;
    std::size_t bytes;
};

/// The callback of multiply.cuh.
CallbackCode multiply_callback();

}  // namespace planapo::cuda
