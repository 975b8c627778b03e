// libtiff's handle, owned: works on a FileStream, keeps its complaints to itself, knows ImageJ's tags.
#pragma once

#include <tiffio.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "file_stream.hpp"

namespace planapo::io {

/// ImageJ's private tags: the sizes of its blocks of metadata, and the blocks.
inline constexpr ttag_t tag_imagej_sizes = 50838, tag_imagej_blocks = 50839;

/// One open TIFF. Not copied, not moved: libtiff holds its address. For one thread at a time.
class TiffHandle {
public:
    /// `mode` as libtiff's; `stream` must outlive this. Throws `InvalidArgument` naming `name` if the header is no
    /// TIFF's.
    TiffHandle(FileStream& stream, const std::string& name, const char* mode);
    ~TiffHandle();
    TiffHandle(const TiffHandle&) = delete;
    TiffHandle& operator=(const TiffHandle&) = delete;

    operator TIFF*() const { return tiff_; }

    /// libtiff's first error since the last `forget`, else its last warning, else that a header makes no sense.
    std::string complaint() const;
    void forget();

private:
    static int keep_error(TIFF*, void* self, const char* module, const char* format, va_list arguments);
    static int keep_warning(TIFF*, void* self, const char* module, const char* format, va_list arguments);

    // Plain arrays: the callbacks run inside libtiff, which no exception may cross.
    std::array<char, 256> error_{}, warning_{};
    TIFF* tiff_ = nullptr;
};

}  // namespace planapo::io
