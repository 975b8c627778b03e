// ImageJ's notation: "key=value" lines in the first page's description, pixels per unit in TIFF's resolution tags.
#include "imagej.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "../message.hpp"
#include "contents.hpp"
#include "text.hpp"

namespace planapo::io {

namespace {

// How planapo's lines in ImageJ's Info begin. Info is lines of "key = value" by custom; Image > Show Info shows them.
constexpr std::string_view provenance_key = "planapo provenance = ", ome_key = "OME-XML = ", ome_end = "OME>";

std::int64_t count_of(std::string_view description, std::string_view key) {
    return number<std::int64_t>(imagej_value(description, key)).value_or(1);
}

void read_voxel(const FirstPage& first, ImageInfo& info) {
    const std::string_view text = first.description, unit = imagej_value(text, "unit");
    const auto um = micrometres_per(unit);
    // ImageJ itself writes pixels per `unit`; where the resolution tags name centimetres as well, they mean these.
    const bool in_cm = um && first.resolution_unit == 3;
    const auto pixel = [&](double per_unit, std::string_view own_unit) -> std::optional<double> {
        if (in_cm) return positive(1e4 / per_unit);
        const auto scale = own_unit.empty() ? um : micrometres_per(own_unit);
        return scale ? positive(*scale / per_unit) : resolution_um(per_unit, first.resolution_unit);
    };
    info.voxel_x_um = pixel(first.x_per_unit, {});
    info.voxel_y_um = pixel(first.y_per_unit, imagej_value(text, "yunit"));
    const std::string_view z_unit = imagej_value(text, "zunit");
    const auto z_scale = z_unit.empty() ? um : micrometres_per(z_unit);
    const auto spacing = positive(number<double>(imagej_value(text, "spacing")));
    if (z_scale && spacing) info.voxel_z_um = *spacing * *z_scale;
}

void read_time(std::string_view text, ImageInfo& info) {
    const std::string_view unit = imagej_value(text, "tunit");
    const auto scale = unit.empty() ? 1.0 : seconds_per(unit);
    const auto interval = positive(number<double>(imagej_value(text, "finterval")));
    const auto rate = positive(number<double>(imagej_value(text, "fps")));
    if (interval && scale) info.time_step_s = *interval * *scale;
    if (!interval && rate && info.size.t > 1) info.time_step_s = 1 / *rate;
}

/// ImageJ's channels run fastest among the labels; ours run t, c, z.
void read_labels(const std::vector<std::string>& labels, const PlaneOrder& order, ImageInfo& info) {
    if (static_cast<std::int64_t>(labels.size()) != order.t * order.c * order.z || info.size.c != order.c) return;
    const auto at = [&](std::int64_t t, std::int64_t c, std::int64_t z) -> const std::string& {
        return labels[static_cast<std::size_t>((t * order.z + z) * order.c + c)];
    };
    bool one_name = true;  // whether all planes of a channel bear one label: its name
    for (std::int64_t t = 0; t < order.t; ++t)
        for (std::int64_t c = 0; c < order.c; ++c)
            for (std::int64_t z = 0; z < order.z; ++z) {
                info.plane_labels.push_back(at(t, c, z));
                one_name &= at(t, c, z) == at(0, c, 0);
            }
    if (!one_name) return;
    for (std::int64_t c = 0; c < order.c; ++c) info.channel_names.push_back(at(0, c, 0));
    info.plane_labels.clear();
}

/// What tifffile writes where nobody describes anything: {"shape": [12, 20, 24]}
bool is_a_mere_shape(std::string_view description) {
    return description.starts_with("{\"shape\": [") && description.find(']') + 2 == description.size();
}

}  // namespace

bool is_imagej(const std::string& description) { return description.starts_with("ImageJ="); }

std::string_view imagej_value(std::string_view description, std::string_view key) {
    while (!description.empty()) {
        const std::size_t end = std::min(description.find('\n'), description.size());
        std::string_view line = description.substr(0, end);
        description.remove_prefix(std::min(end + 1, description.size()));
        if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
        line.remove_prefix(key.size() + 1);
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
        return line;
    }
    return {};
}

Contents read_imagej(const FirstPage& first, const SourceFiles& files) {
    const std::string_view text = first.description;
    PlaneOrder order{.t = count_of(text, "frames"),
                     .c = count_of(text, "channels"),
                     .z = count_of(text, "slices"),
                     .fastest_first = "CZT"};
    // Stacks that are not hyperstacks may state the number of images alone.
    if (order.t == 1 && order.c == 1 && order.z == 1) order.z = count_of(text, "images");
    Contents contents;
    ImageInfo& info = contents.info;
    info.description = first.description;
    lay_out(contents, order, files);
    read_voxel(first, info);
    read_time(text, info);
    read_labels(first.labels, order, info);
    read_imagej_info(first.notes, info);
    return contents;
}

std::string imagej_description(const ImageInfo& info, double low, double high) {
    const ImageSize& size = info.size;
    std::string text = "ImageJ=1.54f\n";
    const auto line = [&](std::string_view key, const auto& value) { text += fmt::format("{}={}\n", key, value); };
    if (size.planes() > 1) line("images", size.planes());
    if (size.c > 1) line("channels", size.c);
    if (size.z > 1) line("slices", size.z);
    if (size.t > 1) line("frames", size.t);
    if ((size.c > 1) + (size.z > 1) + (size.t > 1) > 1 || size.c > 1) line("hyperstack", "true");
    // ImageJ shows up to seven channels on top of one another.
    const std::string_view mode = imagej_value(info.description, "mode");
    if (size.c > 1) line("mode", !mode.empty() ? mode : size.c <= 7 ? "composite" : "grayscale");
    if (info.voxel_y_um && info.voxel_x_um) {
        line("unit", "micron");
        if (info.voxel_z_um) line("spacing", *info.voxel_z_um);
    }
    if (info.time_step_s) line("finterval", *info.time_step_s);
    if (is_imagej(info.description))
        for (const std::string_view kept : {"xorigin", "yorigin", "zorigin"})
            if (const auto value = imagej_value(info.description, kept); !value.empty()) line(kept, value);
    line("loop", "false");
    line("min", low);
    line("max", high);
    return text;
}

std::string imagej_info(const ImageInfo& info) {
    std::string text;
    if (!info.provenance.empty()) {
        // On one line: between the values of a JSON object a line break is a blank.
        std::string one_line = info.provenance;
        std::replace_if(
            one_line.begin(), one_line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
        text += fmt::format("{}{}\n", provenance_key, one_line);
    }
    if (!info.ome_xml.empty()) text += fmt::format("{}{}\n", ome_key, info.ome_xml);
    if (!info.description.empty() && !is_imagej(info.description) && !is_a_mere_shape(info.description) &&
        info.notes.find(info.description) == std::string::npos)
        text += info.description + "\n";
    return text + info.notes;
}

void read_imagej_info(std::string_view text, ImageInfo& info) {
    if (text.starts_with(provenance_key)) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        info.provenance = text.substr(provenance_key.size(), end - provenance_key.size());
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (const std::size_t end = text.rfind(ome_end); text.starts_with(ome_key) && end != std::string_view::npos) {
        info.ome_xml = text.substr(ome_key.size(), end + ome_end.size() - ome_key.size());
        text.remove_prefix(std::min(end + ome_end.size() + 1, text.size()));
    }
    info.notes = text;
}

}  // namespace planapo::io
