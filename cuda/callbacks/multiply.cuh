// The callback by which a forward transform multiplies what it would store by the OTF: a call per coefficient, 8 bytes
// read and 8 written. Compiled into intermediate code, which cuFFT links into its kernels when a plan is made; it
// declares the callback in C++, so its name is mangled and belongs to no namespace.
#include <type_traits>

#include <cufftXt.h>

#include "callbacks.hpp"

__device__ void planapo_multiply(void* spectrum, unsigned long long index, cufftComplex coefficient, void* factor,
                                 void* /*shared*/) {
    using namespace planapo;
    const auto& by = *static_cast<const cuda::Factor*>(factor);
    const View<Complex> out(static_cast<Complex*>(spectrum), by.otf.shape());
    const auto i = static_cast<std::int64_t>(index);
    out(0, 0, i) = formula::product({coefficient.x, coefficient.y}, by.otf(0, 0, i), by.conjugate);
}
static_assert(std::is_same_v<decltype(&planapo_multiply), cufftJITCallbackStoreC>);
