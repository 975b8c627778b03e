// What a file holds, told by its own description: the image's facts, and where each plane lies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <planapo/io.hpp>

#include "source_files.hpp"

namespace planapo::io {

/// Where one plane lies.
struct PlaneSource {
    std::int32_t file = 0;         ///< as `SourceFiles` counts
    std::int32_t sample = 0;       ///< of each pixel
    std::int64_t page = -1;        ///< in that file; -1: nowhere
    std::int64_t first_byte = -1;  ///< of a plane that follows the only page without a header of its own; else -1
};

struct Contents {
    ImageInfo info;
    std::vector<PlaneSource> planes;  ///< t, c, z; z fastest
};

/// What the first page says besides its layout.
struct FirstPage {
    std::string description;
    std::string notes;                ///< ImageJ's Info
    std::vector<std::string> labels;  ///< ImageJ's slice labels, in the order of the pages
    double x_per_unit = 0, y_per_unit = 0;
    int resolution_unit = 1;  ///< TIFF's: 1 none, 2 inch, 3 cm
};

bool is_ome(const std::string& description);
bool is_imagej(const std::string& description);

/// Sizes, axes and planes in the notation that the file uses. Each throws `InvalidArgument` with one sentence where the
/// description contradicts the pages.
Contents read_ome(const FirstPage& first, SourceFiles& files, std::int64_t image);
Contents read_imagej(const FirstPage& first, const SourceFiles& files);
Contents read_plain(const FirstPage& first, const SourceFiles& files);

/// A pixel's edge in micrometres from TIFF's resolution tags; empty where they speak of printing.
std::optional<double> resolution_um(double per_unit, int unit);

/// How many t, c, z there are, and which runs fastest in the file.
struct PlaneOrder {
    std::int64_t t = 1, c = 1, z = 1;
    std::string fastest_first = "ZCT";
};

/// The indices of the first file's pages that are no thumbnails; all if there are only such.
std::vector<std::int64_t> image_pages(const SourceFiles& files);

/// Planes from the pages of a file without a map of its own: in `order`, c counting pages. The samples of a page become
/// channels. Where there is one page for many planes, they follow it without headers. Fills `info.size` and
/// `info.type`.
void lay_out(Contents& contents, const PlaneOrder& order, const SourceFiles& files);

}  // namespace planapo::io
