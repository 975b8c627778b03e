// OME-TIFF: sizes and planes as the OME-XML of the first page states them, checked against the pages.
#include <algorithm>
#include <array>

#include "../message.hpp"
#include "contents.hpp"
#include "ome.hpp"
#include "text.hpp"

namespace planapo::io {

namespace {

std::optional<std::int64_t> integer(const pugi::xml_node& node, const char* name) {
    return number<std::int64_t>(node.attribute(name).value());
}

/// The five sizes; SizeC counts samples as channels.
ImageSize sizes_of(const pugi::xml_node& pixels, const std::string& file) {
    ImageSize size;
    const std::array<std::pair<const char*, std::int64_t*>, 5> fields{
        {{"SizeT", &size.t}, {"SizeC", &size.c}, {"SizeZ", &size.z}, {"SizeY", &size.y}, {"SizeX", &size.x}}};
    std::int64_t all = 1;
    for (const auto& [name, value] : fields) {
        *value = integer(pixels, name).value_or(0);
        require(*value >= 1 && !__builtin_mul_overflow(all, *value, &all),
                "The OME-XML of '{}' states {}=\"{}\", which cannot be.", file, name, pixels.attribute(name).value());
    }
    return size;
}

/// Where planes go as a <TiffData> lists them: along DimensionOrder, from a first one on.
class PlaneMap {
public:
    PlaneMap(const ImageSize& size, std::int64_t samples, std::string_view order, const std::string& file)
        : t_(size.t), c_(size.c / samples), z_(size.z), order_(order.starts_with("XY") ? order.substr(2) : "ZCT") {
        require(c_ * samples == size.c, "The OME-XML of '{}' states {} channels, but each pixel has {} samples.", file,
                size.c, samples);
        std::array<char, 3> sorted{};
        if (order_.size() == 3) std::copy(order_.begin(), order_.end(), sorted.begin());
        std::sort(sorted.begin(), sorted.end());
        require((sorted == std::array{'C', 'T', 'Z'}),
                "The OME-XML of '{}' states DimensionOrder=\"{}\", which is none.", file, order);
        sources.resize(static_cast<std::size_t>(t_ * c_ * z_));
    }

    /// Puts `count` pages from `page` on where (t, c, z) and its successors are; what would lie outside is left.
    void put(std::int64_t t, std::int64_t c, std::int64_t z, std::int32_t file, std::int64_t page, std::int64_t count) {
        for (std::int64_t i = 0; i < count && t < t_ && c < c_ && z < z_; ++i) {
            PlaneSource& source = sources[static_cast<std::size_t>((t * c_ + c) * z_ + z)];
            source.file = file;
            source.page = page + i;
            for (const char axis : order_) {
                std::int64_t& position = axis == 'T' ? t : axis == 'C' ? c : z;
                const std::int64_t extent = axis == 'T' ? t_ : axis == 'C' ? c_ : z_;
                if (++position < extent) break;
                if (axis == order_.back()) return;
                position = 0;
            }
        }
    }

    void require_all(const std::string& file) const {
        const auto missing = [](const PlaneSource& source) { return source.page < 0; };
        const auto first = std::find_if(sources.begin(), sources.end(), missing);
        const std::int64_t at = first - sources.begin();
        require(first == sources.end(),
                "'{}' is incomplete: its OME-XML states {} planes ({} time points, {} channels, {} z), but {} of them "
                "are in no page; the first at t {}, c {}, z {}.",
                file, sources.size(), t_, c_, z_, std::count_if(sources.begin(), sources.end(), missing),
                at / (c_ * z_), at / z_ % c_, at % z_);
    }

    std::vector<PlaneSource> sources;  ///< t, c, z, without samples

private:
    std::int64_t t_, c_, z_;
    std::string order_;
};

/// Which file a <TiffData> points to.
std::int32_t file_of(const pugi::xml_node& data, const pugi::xml_node& ome, SourceFiles& files) {
    const pugi::xml_node uuid = child(data, "UUID");
    const std::string name = uuid.attribute("FileName").value(), root = ome.attribute("UUID").value();
    const bool own = name.empty() || name == files.file_name() || (!root.empty() && root == uuid.text().get());
    if (own) return 0;
    require(name.find('/') == std::string::npos && name.find('\\') == std::string::npos,
            "The OME-XML of '{}' points to '{}', outside its folder; planapo does not follow.", files.path(), name);
    require(files.beside(name),
            "'{}' is one of several files of an image, but '{}' is not beside it; if it was renamed, give it its old "
            "name back.",
            files.path(), name);
    return files.add(name);
}

void read_tiff_data(const pugi::xml_node& data, std::int32_t file, std::int64_t pages, PlaneMap& map,
                    const std::string& path) {
    const auto ifd = integer(data, "IFD");
    const std::int64_t page = ifd.value_or(0), count = integer(data, "PlaneCount").value_or(ifd ? 1 : pages);
    const std::int64_t t = integer(data, "FirstT").value_or(0), c = integer(data, "FirstC").value_or(0),
                       z = integer(data, "FirstZ").value_or(0);
    require(std::min({page, count, t, c, z}) >= 0, "The OME-XML of '{}' has a TiffData element with negative numbers.",
            path);
    require(page <= pages && count <= pages - page,
            "'{}' is truncated, or its OME-XML wrong: it states {} planes from page {} on, but there are {} pages.",
            path, count, page + 1, pages);
    map.put(t, c, z, file, page, count);
}

/// All planes of the image; the first file's pages in DimensionOrder where the XML does not say.
std::vector<PlaneSource> read_planes(const pugi::xml_node& pixels, const pugi::xml_node& ome, const ImageSize& size,
                                     SourceFiles& files) {
    // Copies: `files` grows below.
    const std::int64_t samples = files.pages()[0].layout.samples;
    const std::vector<pugi::xml_node> all_data = children(pixels, "TiffData");
    const std::int64_t planes = size.t * size.z * (size.c / samples);
    const bool one_file = all_data.empty() || child(all_data[0], "UUID").empty();
    constexpr std::int64_t most = 1 << 24;
    require(planes <= (one_file ? static_cast<std::int64_t>(files.pages().size()) : most),
            "'{}' is truncated, or its OME-XML wrong: it states {} planes ({} time points, {} channels, {} z), but "
            "there are {} pages.",
            files.path(), planes, size.t, size.c, size.z, files.pages().size());
    PlaneMap map(size, samples, pixels.attribute("DimensionOrder").value(), files.path());
    for (const pugi::xml_node& data : all_data) {
        const std::int32_t file = file_of(data, ome, files);
        read_tiff_data(data, file, static_cast<std::int64_t>(files.pages(file).size()), map, files.path(file));
    }
    if (all_data.empty()) map.put(0, 0, 0, 0, 0, planes);
    map.require_all(files.path());
    return std::move(map.sources);
}

/// Each page's samples become channels of their own.
std::vector<PlaneSource> with_samples(const std::vector<PlaneSource>& pages, std::int64_t z, std::int64_t samples) {
    std::vector<PlaneSource> planes;
    planes.reserve(pages.size() * static_cast<std::size_t>(samples));
    for (auto volume = pages.begin(); volume != pages.end(); volume += z)
        for (std::int32_t sample = 0; sample < samples; ++sample)
            for (auto page = volume; page != volume + z; ++page) {
                planes.push_back(*page);
                planes.back().sample = sample;
            }
    return planes;
}

std::vector<std::string> channel_names(const pugi::xml_node& pixels, std::int64_t count) {
    std::vector<std::string> names;
    bool any = false;
    for (const pugi::xml_node& channel : children(pixels, "Channel")) {
        const std::int64_t samples =
            std::clamp<std::int64_t>(integer(channel, "SamplesPerPixel").value_or(1), 1, count);
        names.insert(names.end(), static_cast<std::size_t>(samples), channel.attribute("Name").value());
        any |= !names.back().empty();
        if (static_cast<std::int64_t>(names.size()) >= count) break;
    }
    if (!any) return {};
    names.resize(static_cast<std::size_t>(count));
    return names;
}

}  // namespace

Contents read_ome(const FirstPage& first, SourceFiles& files, std::int64_t image) {
    pugi::xml_document document;
    const pugi::xml_node ome = parse_ome(document, first.description, files.path());
    const pugi::xml_node elsewhere = child(ome, "BinaryOnly");
    require(elsewhere.empty(),
            "'{}' holds pixels only; what they are stands in '{}': open that, or a file written in one piece.",
            files.path(), elsewhere.attribute("MetadataFile").value());
    const std::vector<pugi::xml_node> images = children(ome, "Image");
    require(image >= 0 && image < static_cast<std::int64_t>(images.size()),
            "'{}' holds {} images; there is no image {} (they count from 0).", files.path(), images.size(), image);
    const pugi::xml_node pixels = child(images[static_cast<std::size_t>(image)], "Pixels");

    Contents contents;
    ImageInfo& info = contents.info;
    info.size = sizes_of(pixels, files.path());
    contents.planes = read_planes(pixels, ome, info.size, files);
    const Layout& layout =
        files.pages(contents.planes[0].file)[static_cast<std::size_t>(contents.planes[0].page)].layout;
    require(layout.height == info.size.y && layout.width == info.size.x,
            "'{}' contradicts itself: its OME-XML states planes of {} x {}, but a page is {}.", files.path(),
            info.size.y, info.size.x, to_string(layout));
    contents.planes =
        with_samples(contents.planes, info.size.z,
                     info.size.t * info.size.c * info.size.z / static_cast<std::int64_t>(contents.planes.size()));
    info.type = layout.type;
    info.voxel_z_um = read_quantity(pixels, "PhysicalSizeZ", micrometres_per, "µm");
    info.voxel_y_um = read_quantity(pixels, "PhysicalSizeY", micrometres_per, "µm");
    info.voxel_x_um = read_quantity(pixels, "PhysicalSizeX", micrometres_per, "µm");
    info.time_step_s = read_quantity(pixels, "TimeIncrement", seconds_per, "s");
    info.channel_names = channel_names(pixels, info.size.c);
    info.ome_xml = first.description;
    info.provenance = ome_provenance(ome);
    info.images = static_cast<std::int64_t>(images.size());
    info.image = image;
    return contents;
}

}  // namespace planapo::io
