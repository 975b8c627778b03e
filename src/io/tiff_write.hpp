// Pages of a TIFF file, written one after the other.
#pragma once

#include <cstdint>
#include <string>

#include <planapo/io.hpp>

#include "file_stream.hpp"
#include "imagej.hpp"
#include "tiff_handle.hpp"

namespace planapo::io {

enum class Offsets { classic, big };

/// What every page says.
struct PageFormat {
    std::int64_t pages = 1, height = 0, width = 0;
    PixelType type = PixelType::float32;
    Compression compression = Compression::none;
    double x_per_um = 0, y_per_um = 0;  ///< 0: not stated
};

/// Throws `InvalidArgument` if libtiff was built without it.
void require_compression(Compression compression);

/// Writes little-endian pages to a temporary file. Where nothing is packed all voxels come first, one plane behind the
/// other, and then the headers: ImageJ looks at the first header alone and takes the planes to follow one another.
/// For one thread at a time.
class PageWriter {
public:
    PageWriter(TemporaryFile& file, const PageFormat& format, Offsets offsets);

    /// What the first page says besides; before its `append`.
    void describe(const std::string& description, const ImageJBlocks& blocks);

    /// One plane of `format.type`, which is in the file, header and all, when this returns. Throws `InvalidArgument`
    /// naming path, reason and bytes if the disk does not take it.
    void append(const void* plane);

private:
    void set_fields();
    void write_voxels(const void* plane);
    [[noreturn]] void fail() const;

    TemporaryFile& file_;
    PageFormat format_;
    TiffHandle tiff_;
    std::int64_t voxels_at_, headers_at_;  // where the next of each go; -1: wherever the file ends
};

}  // namespace planapo::io
