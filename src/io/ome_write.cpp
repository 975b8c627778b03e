// OME-XML for the image that is being written: what was read, brought up to date, or a new one.
#include <algorithm>
#include <cmath>
#include <sstream>

#include "../message.hpp"
#include "contents.hpp"
#include "ome.hpp"
#include "text.hpp"

namespace planapo::io {

namespace {

const char* type_name(PixelType type) {
    switch (type) {
        case PixelType::uint8:
            return "uint8";
        case PixelType::int8:
            return "int8";
        case PixelType::uint16:
            return "uint16";
        case PixelType::int16:
            return "int16";
        case PixelType::uint32:
            return "uint32";
        case PixelType::int32:
            return "int32";
        case PixelType::float32:
            return "float";
        case PixelType::float64:
            return "double";
    }
    __builtin_unreachable();
}

/// A physical quantity: its name, planapo's unit, and the units that it may be read in.
struct Quantity {
    const char* name;
    const char* unit;
    std::optional<double> (*scale_of)(std::string_view);
};
constexpr Quantity size_x{"PhysicalSizeX", "µm", micrometres_per}, size_y{"PhysicalSizeY", "µm", micrometres_per},
    size_z{"PhysicalSizeZ", "µm", micrometres_per}, time_step{"TimeIncrement", "s", seconds_per};

/// Vanishes where there is no value, and stays as it was written, in its own unit, where it says the value already.
/// Schemas before 2015 know no units: theirs are micrometres and seconds.
void set_quantity(pugi::xml_node node, const Quantity& quantity, std::optional<double> value,
                  const std::string& schema) {
    const std::string unit_name = fmt::format("{}Unit", quantity.name);
    // What came through another notation may have lost digits there: TIFF's resolution tags have seven.
    constexpr double same = 1e-6;
    const auto there = read_quantity(node, quantity.name, quantity.scale_of, quantity.unit);
    if (there && value && std::abs(*there - *value) <= same * *value) return;
    node.remove_attribute(unit_name.c_str());
    node.remove_attribute(quantity.name);
    if (!value) return;
    set(node, quantity.name, fmt::format("{}", *value));
    if (schema >= "2015") set(node, unit_name.c_str(), quantity.unit);
}

/// The version in the namespace of <OME>, such as "2016-06"; the newest where it has none.
std::string schema_of(const pugi::xml_node& ome) {
    constexpr std::string_view before = "Schemas/OME/";
    for (const pugi::xml_attribute& attribute : ome.attributes()) {
        const std::string_view value = attribute.value();
        const std::size_t found = value.find(before);
        if (std::string_view(attribute.name()).starts_with("xmlns") && found != std::string_view::npos)
            return std::string(value.substr(found + before.size(), 7));
    }
    return "2016-06";
}

pugi::xml_node new_ome(pugi::xml_document& document, const std::string& name) {
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    set(declaration, "version", "1.0");
    set(declaration, "encoding", "UTF-8");
    pugi::xml_node ome = document.append_child("OME");
    set(ome, "xmlns", "http://www.openmicroscopy.org/Schemas/OME/2016-06");
    set(ome, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
    set(ome, "xsi:schemaLocation",
        "http://www.openmicroscopy.org/Schemas/OME/2016-06 http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd");
    set(ome, "Creator", "planapo");
    pugi::xml_node image = append(ome, "Image");
    set(image, "ID", "Image:0");
    set(image, "Name", name);
    set(append(image, "Pixels"), "ID", "Pixels:0");
    return ome;
}

/// Leaves one <Image>, with what refers to the others gone as well.
pugi::xml_node only_image(pugi::xml_node ome, std::int64_t kept) {
    const std::vector<pugi::xml_node> images = children(ome, "Image");
    require(kept >= 0 && kept < static_cast<std::int64_t>(images.size()),
            "The OME-XML to be written has {} images; there is no image {} (they count from 0).", images.size(), kept);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(images.size()); ++i) {
        if (i == kept) continue;
        const std::string id = images[static_cast<std::size_t>(i)].attribute("ID").value();
        ome.remove_child(images[static_cast<std::size_t>(i)]);
        const auto refers = [&](const pugi::xml_node& node) {
            return local_name(node) == "ImageRef" && id == node.attribute("ID").value();
        };
        while (pugi::xml_node reference = ome.find_node(refers)) reference.parent().remove_child(reference);
    }
    return images[static_cast<std::size_t>(kept)];
}

/// The <Channel> elements that describe the image's channels, in their order; empty if that cannot be told.
std::vector<pugi::xml_node> matching_channels(const std::vector<pugi::xml_node>& channels, const ImageInfo& info) {
    std::vector<pugi::xml_node> matching;
    for (const std::string& name : info.channel_names)
        for (const pugi::xml_node& channel : channels) {
            const bool taken = std::find(matching.begin(), matching.end(), channel) != matching.end();
            if (taken || name.empty() || name != channel.attribute("Name").value()) continue;
            matching.push_back(channel);
            break;
        }
    const auto count = static_cast<std::size_t>(info.size.c);
    if (matching.size() == count) return matching;
    return channels.size() == count ? channels : std::vector<pugi::xml_node>();
}

/// One <Channel> per channel, of one sample each. What was said about a channel stays with it, also where others are
/// gone; where it is not clear which ones are left, nothing is said but their names.
void update_channels(pugi::xml_node pixels, const ImageInfo& info) {
    const std::vector<pugi::xml_node> before = children(pixels, "Channel");
    const std::vector<pugi::xml_node> kept = matching_channels(before, info);
    const std::string name = prefixed(pixels, "Channel");
    pugi::xml_node last;
    for (std::size_t c = 0; c < static_cast<std::size_t>(info.size.c); ++c) {
        pugi::xml_node channel =
            last ? pixels.insert_child_after(name.c_str(), last) : pixels.prepend_child(name.c_str());
        if (kept.empty()) {
            set(channel, "ID", fmt::format("Channel:0:{}", c));
        } else {
            for (const pugi::xml_attribute& fact : kept[c].attributes()) channel.append_copy(fact);
            for (const pugi::xml_node& fact : kept[c].children()) channel.append_copy(fact);
        }
        set(channel, "SamplesPerPixel", 1);
        if (c < info.channel_names.size() && !info.channel_names[c].empty())
            set(channel, "Name", info.channel_names[c]);
        last = channel;
    }
    for (const pugi::xml_node& old : before) pixels.remove_child(old);
}

/// Where the planes lie is said anew. What is said about single planes stays only if these are the same planes.
void update_planes(pugi::xml_node pixels, const ImageInfo& info, const ImageSize& before) {
    for (const char* name : {"TiffData", "BinData", "MetadataOnly"})
        for (const pugi::xml_node& old : children(pixels, name)) pixels.remove_child(old);
    const ImageSize& size = info.size;
    if (size.t != before.t || size.c != before.c || size.z != before.z)
        for (const pugi::xml_node& plane : children(pixels, "Plane")) pixels.remove_child(plane);
    // The schema's order: channels, then this, then planes.
    pugi::xml_node data =
        pixels.insert_child_after(prefixed(pixels, "TiffData").c_str(), children(pixels, "Channel").back());
    set(data, "IFD", 0);
    set(data, "PlaneCount", info.size.planes());
}

void update_pixels(pugi::xml_node pixels, const ImageInfo& info, PixelType type, const std::string& schema) {
    if (std::string_view(pixels.attribute("Type").value()) != type_name(type))
        pixels.remove_attribute("SignificantBits");
    const auto stated = [&](const char* name) {
        return number<std::int64_t>(pixels.attribute(name).value()).value_or(0);
    };
    const ImageSize before{.t = stated("SizeT"), .c = stated("SizeC"), .z = stated("SizeZ")};
    set(pixels, "DimensionOrder", "XYZCT");
    set(pixels, "Type", type_name(type));
    const ImageSize& size = info.size;
    set(pixels, "SizeX", size.x);
    set(pixels, "SizeY", size.y);
    set(pixels, "SizeZ", size.z);
    set(pixels, "SizeC", size.c);
    set(pixels, "SizeT", size.t);
    pixels.remove_attribute("BigEndian");
    pixels.remove_attribute("Interleaved");
    set_quantity(pixels, size_x, info.voxel_x_um, schema);
    set_quantity(pixels, size_y, info.voxel_y_um, schema);
    set_quantity(pixels, size_z, info.voxel_z_um, schema);
    set_quantity(pixels, time_step, info.time_step_s, schema);
    update_channels(pixels, info);
    update_planes(pixels, info, before);
}

/// What an image that was no OME-TIFF said about itself.
void add_description(pugi::xml_node image, const ImageInfo& info) {
    std::string text = info.notes;
    if (!info.description.empty() && !is_imagej(info.description))
        text = info.description + (text.empty() ? "" : "\n") + text;
    if (text.empty() || !child(image, "Description").empty()) return;
    image.insert_child_before(prefixed(image, "Description").c_str(), child(image, "Pixels")).text().set(text.c_str());
}

}  // namespace

std::string compose_ome(const ImageInfo& info, PixelType type, const std::string& name) {
    pugi::xml_document document;
    pugi::xml_node ome = info.ome_xml.empty() ? new_ome(document, name) : parse_ome(document, info.ome_xml, name);
    // The image's name among several files: this is one file.
    ome.remove_attribute("UUID");
    pugi::xml_node image = only_image(ome, info.image);
    const pugi::xml_node pixels = child(image, "Pixels");
    require(!pixels.empty(), "The OME-XML to be written into '{}' has an Image without Pixels.", name);
    const std::string schema = schema_of(ome);
    update_pixels(pixels, info, type, schema);
    add_description(image, info);
    if (!info.provenance.empty()) set_ome_provenance(ome, image, info.provenance, schema);
    std::ostringstream text;
    document.save(text, "", pugi::format_raw, pugi::encoding_utf8);
    return text.str();
}

}  // namespace planapo::io
