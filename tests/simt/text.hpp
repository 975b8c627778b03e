// The words of messages.
#pragma once

#include <string>

#include "simt.hpp"

namespace simt {

std::string file_of(Place place);      ///< "cuda/box.cu": where planapo was built does not matter
std::string text(Place place);         ///< "cuda/box.cu:64"
std::string text(const uint3& index);  ///< "(3, 0, 1)": x, y, z, as CUDA writes them
std::string kernel_name(
    const void* kernel);  ///< "planapo::cuda::box_kernel<8>", or "a kernel" if the file was stripped

}  // namespace simt
