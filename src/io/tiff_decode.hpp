// Voxels out of a TIFF page: strips or tiles, unpacked, one sample of each pixel picked out.
#pragma once

#include <cstdint>
#include <string>

#include "tiff_pages.hpp"

namespace planapo::io {

/// One sample of every pixel of `page`, height x width in its own type and the machine's byte order, into `memory`.
/// Throws `InvalidArgument` if the voxels cannot be unpacked.
void decode_sample(TiffHandle& tiff, const Page& page, std::int64_t sample, void* memory, const std::string& where);

}  // namespace planapo::io
