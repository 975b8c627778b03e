// Whether a page's header lies within its file. libtiff drops values that are cut off, and takes a missing link to the
// next page for the end: a truncated file would pass for a shorter one.
#pragma once

#include <string>

#include "tiff_handle.hpp"

namespace planapo::io {

/// Checks the header of the current page: its entries, the values of the tags that planapo relies on, and the link to
/// the next page. Throws `InvalidArgument` beginning with `where`.
void check_directory(TiffHandle& tiff, FileStream& stream, const std::string& where);

}  // namespace planapo::io
