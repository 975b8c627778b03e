// Image files, written.
#include <algorithm>
#include <array>
#include <limits>

#include <planapo/io.hpp>

#include "../message.hpp"
#include "ome.hpp"
#include "pixel_types.hpp"
#include "write_plan.hpp"

namespace planapo {

struct ImageWriter::Work {
    Work(const std::filesystem::path& path, const ImageInfo& info, const WriteOptions& options)
        : plan(io::plan_writing(path, info, options)), file(path), pages(file, plan.page_format(), plan.offsets) {
        if (plan.compression == Compression::none) file.require_room(plan.most_bytes);
        if (plan.type != plan.info.type)
            converted = std::make_unique_for_overwrite<std::byte[]>(
                static_cast<std::size_t>(plan.plane_voxels() * bytes_per_pixel(plan.type)));
    }

    /// The range that ImageJ shows at first: that of the first channel at the first time, as it is in the file.
    template <typename PlaneAt>
    std::array<double, 2> shown_range(PlaneAt plane_at) const {
        std::array<double, 2> range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
        for (std::int64_t z = 0; z < plan.info.size.z; ++z) {
            const auto [low, high] = io::finite_range(plane_at(0, z), plan.info.type, plan.plane_voxels());
            range = {std::min(range[0], low), std::max(range[1], high)};
        }
        io::with_type(plan.type, [&](auto kind) {
            std::array<decltype(kind), 2> in_file{};
            io::convert(range.data(), PixelType::float64, in_file.data(), plan.type, 2);
            range = {static_cast<double>(in_file[0]), static_cast<double>(in_file[1])};
        });
        return range;
    }

    template <typename PlaneAt>
    void describe(PlaneAt plane_at) {
        const std::string name = file.target().filename().string();
        ImageInfo& info = plan.info;
        if (plan.notation == io::Notation::ome) {
            pages.describe(io::compose_ome(info, plan.type, name), {});
            return;
        }
        // What OME knew outlives the way through ImageJ's notation.
        if (!info.ome_xml.empty()) info.ome_xml = io::compose_ome(info, plan.type, name);
        const auto [low, high] = shown_range(plane_at);
        pages.describe(io::imagej_description(info, low, high), {io::imagej_info(info), io::imagej_labels(info)});
    }

    void append_plane(const void* plane) {
        if (plan.type == plan.info.type) {
            pages.append(plane);
            return;
        }
        clipped += io::convert(plane, plan.info.type, converted.get(), plan.type, plan.plane_voxels());
        pages.append(converted.get());
    }

    /// A time point; `plane_at(c, z)` is where the caller keeps that plane of it.
    template <typename PlaneAt>
    void append(PlaneAt plane_at) {
        const ImageSize& size = plan.info.size;
        require(frames < size.t, "All {} time points of '{}' are written already.", size.t, file.target().string());
        if (frames == 0) describe(plane_at);
        const bool channels_fastest = plan.notation == io::Notation::imagej;
        for (std::int64_t i = 0; i < size.c * size.z; ++i)
            append_plane(channels_fastest ? plane_at(i % size.c, i / size.c) : plane_at(i / size.z, i % size.z));
        ++frames;
    }

    WriteReport finish() {
        require(!finished, "'{}' is finished already.", file.target().string());
        require(frames == plan.info.size.t, "Only {} of {} time points of '{}' were written.", frames, plan.info.size.t,
                file.target().string());
        const std::int64_t length = file.stream().size();
        file.commit();
        finished = true;
        return {.bytes = length,
                .clipped_voxels = clipped,
                .clipped_share = static_cast<double>(clipped) / static_cast<double>(plan.info.size.voxels()),
                .big_tiff = plan.offsets == io::Offsets::big,
                .ome = plan.notation == io::Notation::ome};
    }

    io::WritePlan plan;
    io::TemporaryFile file;
    io::PageWriter pages;
    std::unique_ptr<std::byte[]> converted;  // one plane
    std::int64_t frames = 0, clipped = 0;
    bool finished = false;
};

ImageWriter::ImageWriter(const std::filesystem::path& path, const ImageInfo& info, const WriteOptions& options)
    : work_(std::make_unique<Work>(path, info, options)) {}
ImageWriter::~ImageWriter() = default;
ImageWriter::ImageWriter(ImageWriter&&) noexcept = default;
ImageWriter& ImageWriter::operator=(ImageWriter&&) noexcept = default;

void ImageWriter::append_raw(const void* frame) {
    const ImageInfo& info = work_->plan.info;
    const std::int64_t plane = info.size.y * info.size.x * bytes_per_pixel(info.type);
    work_->append([&](std::int64_t c, std::int64_t z) {
        return static_cast<const std::byte*>(frame) + (c * info.size.z + z) * plane;
    });
}

void ImageWriter::append(std::span<const View<const float>> channels) {
    const ImageInfo& info = work_->plan.info;
    require(info.type == PixelType::float32, "The image to be written is {}, not float32.", to_string(info.type));
    require(static_cast<std::int64_t>(channels.size()) == info.size.c,
            "The image to be written has {} channels, not {}.", info.size.c, channels.size());
    for (const View<const float>& channel : channels)
        require(channel.shape() == info.size.shape(), "The image to be written has {} voxels, not {}.",
                to_string(info.size.shape()), to_string(channel.shape()));
    std::vector<float> gathered;  // rows that lie apart, brought together
    work_->append([&](std::int64_t c, std::int64_t z) -> const void* {
        const View<const float>& view = channels[static_cast<std::size_t>(c)];
        if (view.row_stride() == info.size.x) return view.row(z, 0);
        gathered.resize(static_cast<std::size_t>(info.size.y * info.size.x));
        for (std::int64_t y = 0; y < info.size.y; ++y)
            std::copy_n(view.row(z, y), info.size.x, gathered.data() + y * info.size.x);
        return gathered.data();
    });
}

WriteReport ImageWriter::finish() { return work_->finish(); }

WriteReport write_image(const std::filesystem::path& path, const ImageInfo& info, const void* data,
                        const WriteOptions& options, const Progress& progress) {
    ImageWriter writer(path, info, options);
    require(data != nullptr, "The image to be written to '{}' is a null pointer.", path.string());
    const std::int64_t frame = info.bytes() / info.size.t;
    for (std::int64_t t = 0; t < info.size.t; ++t) {
        writer.append_raw(static_cast<const std::byte*>(data) + t * frame);
        report(progress, static_cast<double>(t + 1), static_cast<double>(info.size.t));
    }
    return writer.finish();
}

WriteReport write_image(const std::filesystem::path& path, View<const float> image, const ImageInfo& info,
                        const WriteOptions& options) {
    require(!image.empty(), "The image to be written to '{}' is empty.", path.string());
    ImageInfo facts = info;
    facts.type = PixelType::float32;
    facts.size = {.t = 1, .c = 1, .z = image.shape().z, .y = image.shape().y, .x = image.shape().x};
    // Names of other channels and planes than this one's tell nothing about it.
    if (facts.channel_names.size() != 1) facts.channel_names.clear();
    if (static_cast<std::int64_t>(facts.plane_labels.size()) != facts.size.z) facts.plane_labels.clear();
    ImageWriter writer(path, facts, options);
    writer.append(std::span(&image, 1));
    return writer.finish();
}

}  // namespace planapo
