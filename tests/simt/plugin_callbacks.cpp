// Stands in for cuda/callbacks/embedded.cpp: the same text, as a function that the stand-in for cuFFT calls.
#include "callbacks/multiply.cuh"

#include "callback_image.hpp"

namespace planapo::cuda {

CallbackCode multiply_callback() {
    static constexpr simt::CallbackImage image{"planapo_multiply", planapo_multiply};
    return {image.symbol, &image, sizeof image};
}

}  // namespace planapo::cuda
