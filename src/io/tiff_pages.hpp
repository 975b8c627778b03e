// The pages of a TIFF file: what each one's header says, checked against the file's length; no voxels are read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <planapo/io.hpp>

#include "tiff_handle.hpp"

namespace planapo::io {

/// How the voxels of a page lie in the file.
struct Layout {
    std::int64_t height = 0, width = 0, samples = 1;
    PixelType type = PixelType::uint8;
    enum class Samples { interleaved, separate } order = Samples::interleaved;
    enum class Packing { none, compressed } packing = Packing::none;

    std::int64_t sample_bytes() const { return height * width * bytes_per_pixel(type); }

    /// Whether voxels of both can stand in one image.
    bool matches(const Layout& other) const {
        return height == other.height && width == other.width && samples == other.samples && type == other.type;
    }
};

struct Page {
    std::uint64_t offset = 0;  ///< of the header in the file
    Layout layout;
    std::int64_t first_byte = 0;  ///< of the first strip or tile
    enum class Role { image, thumbnail } role = Role::image;
};

/// "64 x 64 of uint16" or "64 x 64 of 3 uint8"
std::string to_string(const Layout& layout);

/// Every page of the file. Throws `InvalidArgument` if the chain of pages is broken or runs in circles, a page's voxels
/// reach beyond the file, or are of a kind that is not read.
std::vector<Page> scan_pages(TiffHandle& tiff, FileStream& stream, const std::string& name);

/// What the current page says in one of TIFF's text tags, as UTF-8; empty if nothing.
std::string text_tag(TiffHandle& tiff, ttag_t tag);

}  // namespace planapo::io
