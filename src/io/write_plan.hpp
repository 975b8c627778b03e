// What will be written, decided and checked before any file is made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <planapo/io.hpp>

#include "tiff_write.hpp"

namespace planapo::io {

enum class Notation { imagej, ome };

struct WritePlan {
    ImageInfo info;  ///< the caller's, with the new provenance
    PixelType type;  ///< in the file
    Compression compression;
    std::int64_t most_bytes;  ///< that the file can take
    Offsets offsets;
    Notation notation;

    std::int64_t plane_voxels() const { return info.size.y * info.size.x; }
    PageFormat page_format() const;
};

/// Throws `InvalidArgument` for what cannot be written.
WritePlan plan_writing(const std::filesystem::path& path, const ImageInfo& info, const WriteOptions& options);

/// Labels in ImageJ's order of pages, channels fastest; the channels' names where planes have none of their own.
std::vector<std::string> imagej_labels(const ImageInfo& info);

}  // namespace planapo::io
