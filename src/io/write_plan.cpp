// What will be written, decided and checked before any file is made.
#include "write_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../message.hpp"

namespace planapo::io {

namespace {

constexpr std::int64_t four_gib = std::numeric_limits<std::uint32_t>::max();

std::string lower_case(std::string text) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c; };
    std::transform(text.begin(), text.end(), text.begin(), lower);
    return text;
}

/// An upper bound. Headers take a few hundred bytes a page, what cannot be packed grows by a little, texts are counted.
std::int64_t most_bytes(const ImageInfo& info, PixelType type) {
    ImageInfo in_file = info;
    in_file.type = type;
    const std::int64_t voxels = in_file.bytes(), planes = info.size.planes(), header = 400, around = 1 << 16;
    std::size_t text = info.ome_xml.size() + info.notes.size() + info.description.size() + info.provenance.size();
    for (const std::string& label : info.plane_labels) text += label.size();
    for (const std::string& name : info.channel_names)
        text += name.size() * static_cast<std::size_t>(planes / info.size.c);
    std::int64_t headers = 0,
                 total = around + 3 * static_cast<std::int64_t>(text) + voxels / 256;  // 3: UTF-16, marks in XML
    const bool fits = !__builtin_mul_overflow(header, planes, &headers) &&
                      !__builtin_add_overflow(total, headers, &total) && !__builtin_add_overflow(total, voxels, &total);
    require(fits, "An image of {} bytes is too large for any file.", voxels);
    return total;
}

void check_info(const ImageInfo& info) {
    info.bytes();
    require(info.size.y <= four_gib && info.size.x <= four_gib,
            "Planes of {} x {} voxels are too large for TIFF, which ends at {} on each axis.", info.size.y, info.size.x,
            four_gib);
    const auto fits = [](const auto& list, std::int64_t count) {
        return list.empty() || static_cast<std::int64_t>(list.size()) == count;
    };
    require(fits(info.channel_names, info.size.c), "There are {} channel names for {} channels; name all or none.",
            info.channel_names.size(), info.size.c);
    require(fits(info.plane_labels, info.size.planes()), "There are {} plane labels for {} planes; label all or none.",
            info.plane_labels.size(), info.size.planes());
    for (const auto& length : {info.voxel_z_um, info.voxel_y_um, info.voxel_x_um, info.time_step_s})
        require(!length || (*length > 0 && std::isfinite(*length)),
                "A voxel size or time step of {} cannot be; give positive numbers.", *length);
}

Notation choose_notation(const std::filesystem::path& path, PixelType type, Offsets offsets) {
    const bool asked = lower_case(path.stem().extension().string()) == ".ome";
    const bool not_for_imagej = offsets == Offsets::big || type == PixelType::int8 || type == PixelType::float64;
    return asked || not_for_imagej ? Notation::ome : Notation::imagej;
}

}  // namespace

WritePlan plan_writing(const std::filesystem::path& path, const ImageInfo& info, const WriteOptions& options) {
    const std::string ending = lower_case(path.extension().string());
    require(ending == ".tif" || ending == ".tiff",
            "Cannot write '{}': planapo writes TIFF, so its name must end in .tif, .tiff, .ome.tif or .ome.tiff.",
            path.string());
    check_info(info);
    require_compression(options.compression);
    const PixelType type = options.type.value_or(info.type);
    const std::int64_t bytes = most_bytes(info, type);
    const Offsets offsets = bytes > four_gib ? Offsets::big : Offsets::classic;
    WritePlan plan{info, type, options.compression, bytes, offsets, choose_notation(path, type, offsets)};
    if (!options.provenance.empty()) plan.info.provenance = options.provenance;
    return plan;
}

PageFormat WritePlan::page_format() const {
    PageFormat format{.pages = info.size.planes(),
                      .height = info.size.y,
                      .width = info.size.x,
                      .type = type,
                      .compression = compression,
                      .x_per_um = 0,
                      .y_per_um = 0};
    if (notation == Notation::imagej && info.voxel_y_um && info.voxel_x_um) {
        format.x_per_um = 1 / *info.voxel_x_um;
        format.y_per_um = 1 / *info.voxel_y_um;
    }
    return format;
}

std::vector<std::string> imagej_labels(const ImageInfo& info) {
    std::vector<std::string> labels;
    if (info.plane_labels.empty() && info.channel_names.empty()) return labels;
    const ImageSize& size = info.size;
    for (std::int64_t t = 0; t < size.t; ++t)
        for (std::int64_t z = 0; z < size.z; ++z)
            for (std::int64_t c = 0; c < size.c; ++c) {
                const std::int64_t plane = (t * size.c + c) * size.z + z;
                labels.push_back(info.plane_labels.empty() ? info.channel_names[static_cast<std::size_t>(c)]
                                                           : info.plane_labels[static_cast<std::size_t>(plane)]);
            }
    return labels;
}

}  // namespace planapo::io
