// Image files, read.
#include <cstddef>
#include <mutex>
#include <new>

#include <planapo/io.hpp>

#include "../message.hpp"
#include "contents.hpp"
#include "imagej.hpp"
#include "pixel_types.hpp"
#include "tiff_decode.hpp"

namespace planapo {

namespace {

io::FirstPage read_first_page(io::SourceFiles& files) {
    io::TiffHandle& tiff = files.tiff();
    io::ImageJBlocks blocks = io::read_imagej_blocks(tiff);
    io::FirstPage first{.description = io::text_tag(tiff, TIFFTAG_IMAGEDESCRIPTION),
                        .notes = std::move(blocks.info),
                        .labels = std::move(blocks.labels)};
    float x = 0, y = 0;
    std::uint16_t unit = RESUNIT_INCH;  // TIFF's default
    if (TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x) == 1) first.x_per_unit = x;
    if (TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y) == 1) first.y_per_unit = y;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
    first.resolution_unit = unit;
    return first;
}

/// Formats of other programs that look like plain stacks of pages and are not.
void refuse_foreign(io::SourceFiles& files) {
    struct Foreign {
        ttag_t tag;
        const char* name;
    };
    for (const Foreign& foreign :
         {Foreign{33629, "MetaMorph STK"}, Foreign{34412, "Zeiss LSM"}, Foreign{34361, "Olympus FluoView"}})
        require(TIFFFindField(files.tiff(), foreign.tag, TIFF_ANY) == nullptr,
                "'{}' is a {} file, whose planes planapo cannot tell apart; save it as OME-TIFF (Fiji: Bio-Formats "
                "Exporter).",
                files.path(), foreign.name);
}

io::Contents read_contents(io::SourceFiles& files, std::int64_t image) {
    const io::FirstPage first = read_first_page(files);
    if (io::is_ome(first.description)) return io::read_ome(first, files, image);
    require(image == 0, "'{}' holds one image; there is no image {} (they count from 0).", files.path(), image);
    if (io::is_imagej(first.description)) return io::read_imagej(first, files);
    refuse_foreign(files);
    return io::read_plain(first, files);
}

}  // namespace

struct ImageFile::Work {
    Work(const std::filesystem::path& path, std::int64_t image) : files(path), contents(read_contents(files, image)) {
        for (const io::PlaneSource& plane : contents.planes) check(plane);
        contents.info.bytes();
    }

    const io::Page& page_of(const io::PlaneSource& plane) const {
        return files.pages(plane.file)[static_cast<std::size_t>(plane.page)];
    }

    void check(const io::PlaneSource& plane) const {
        const io::Layout &layout = page_of(plane).layout, &first = page_of(contents.planes[0]).layout;
        require(layout.matches(first),
                "The pages of '{}' differ: one is {}, page {} of '{}' is {}; an image's planes must be alike.",
                files.path(), to_string(first), plane.page + 1, files.path(plane.file), to_string(layout));
    }

    std::int64_t plane_bytes() const { return page_of(contents.planes[0]).layout.sample_bytes(); }

    void read_plane(const io::PlaneSource& plane, void* memory) {
        const std::string where = fmt::format("Page {} of '{}'", plane.page + 1, files.path(plane.file));
        if (plane.first_byte < 0) {
            io::decode_sample(files.tiff(plane.file), page_of(plane), plane.sample, memory, where);
            return;
        }
        const std::int64_t bytes = plane_bytes(),
                           got = files.stream(plane.file).read_at(memory, bytes, plane.first_byte);
        require(got == bytes, "'{}' cannot be read: of {} bytes from byte {} on came {}.", files.path(plane.file),
                bytes, plane.first_byte, got);
        const std::int64_t voxel = bytes_per_pixel(contents.info.type);
        if (voxel > 1 && TIFFIsByteSwapped(files.tiff(plane.file))) io::swap_bytes(memory, voxel, bytes / voxel);
    }

    /// The first plane of a volume; throws `InvalidArgument` if there is none.
    const io::PlaneSource* volume(std::int64_t time, std::int64_t channel) const {
        const ImageSize& size = contents.info.size;
        require(time >= 0 && time < size.t && channel >= 0 && channel < size.c,
                "'{}' has {} and {}; there is no time {}, channel {} (they count from 0).", files.path(),
                counted(size.t, "time point"), counted(size.c, "channel"), time, channel);
        return &contents.planes[static_cast<std::size_t>((time * size.c + channel) * size.z)];
    }

    std::mutex turn;
    io::SourceFiles files;
    io::Contents contents;
};

namespace {

/// The unpacker's own memory failing is the same to the caller as any other.
template <typename Task>
auto out_of_memory_as_ours(const std::filesystem::path& path, Task task) {
    try {
        return task();
    } catch (const std::bad_alloc&) {
        throw OutOfMemory(fmt::format("There is not enough memory to read '{}'.", path.string()));
    }
}

}  // namespace

ImageFile::ImageFile(const std::filesystem::path& path, std::int64_t image)
    : work_(out_of_memory_as_ours(path, [&] { return std::make_unique<Work>(path, image); })) {}
ImageFile::~ImageFile() = default;
ImageFile::ImageFile(ImageFile&&) noexcept = default;
ImageFile& ImageFile::operator=(ImageFile&&) noexcept = default;

const ImageInfo& ImageFile::info() const { return work_->contents.info; }

Volume<float> ImageFile::read_volume(std::int64_t time, std::int64_t channel) const {
    work_->volume(time, channel);  // before any memory is taken
    return out_of_memory_as_ours(work_->files.path(), [&] {
        Volume<float> volume(info().size.shape());
        read_volume_into(volume.view(), time, channel);
        return volume;
    });
}

void ImageFile::read_volume_into(View<float> volume, std::int64_t time, std::int64_t channel) const {
    const std::lock_guard lock(work_->turn);
    const io::PlaneSource* planes = work_->volume(time, channel);
    const ImageInfo& facts = info();
    const Shape shape = facts.size.shape();
    require(volume.shape() == shape && volume.contiguous(), "A volume of '{}' has {} voxels; there is {}place for {}.",
            work_->files.path(), to_string(shape), volume.contiguous() ? "" : "no contiguous ",
            to_string(volume.shape()));
    const std::int64_t voxels = shape.y * shape.x;
    out_of_memory_as_ours(work_->files.path(), [&] {
        const bool as_is = facts.type == PixelType::float32;
        const auto plane =
            std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(as_is ? 0 : work_->plane_bytes()));
        for (std::int64_t z = 0; z < shape.z; ++z) {
            float* out = volume.data() + z * voxels;
            work_->read_plane(planes[z], as_is ? static_cast<void*>(out) : plane.get());
            if (!as_is) io::convert(plane.get(), facts.type, out, PixelType::float32, voxels);
        }
    });
}

void ImageFile::read_volume_into(void* memory, std::int64_t bytes, std::int64_t time, std::int64_t channel) const {
    const std::lock_guard lock(work_->turn);
    const io::PlaneSource* planes = work_->volume(time, channel);
    const std::int64_t plane = work_->plane_bytes(), needed = info().size.z * plane;
    require(bytes == needed, "A volume of '{}' takes {} bytes; there is memory for {}.", work_->files.path(), needed,
            bytes);
    out_of_memory_as_ours(work_->files.path(), [&] {
        for (std::int64_t z = 0; z < info().size.z; ++z)
            work_->read_plane(planes[z], static_cast<std::byte*>(memory) + z * plane);
    });
}

void ImageFile::read_into(void* memory, std::int64_t bytes, const Progress& progress) const {
    const std::lock_guard lock(work_->turn);
    require(memory != nullptr, "The place for the image in '{}' is a null pointer.", work_->files.path());
    require(bytes == info().bytes(), "The image in '{}' takes {} bytes; there is memory for {}.", work_->files.path(),
            info().bytes(), bytes);
    const std::int64_t plane = work_->plane_bytes();
    const auto& planes = work_->contents.planes;
    out_of_memory_as_ours(work_->files.path(), [&] {
        for (std::size_t i = 0; i < planes.size(); ++i) {
            work_->read_plane(planes[i], static_cast<std::byte*>(memory) + static_cast<std::int64_t>(i) * plane);
            report(progress, static_cast<double>(i + 1), static_cast<double>(planes.size()));
        }
    });
}

ImageInfo read_info(const std::filesystem::path& path, std::int64_t image) { return ImageFile(path, image).info(); }

Volume<float> read_volume(const std::filesystem::path& path, const Selection& selection) {
    return ImageFile(path, selection.image).read_volume(selection.time, selection.channel);
}

void read_into(const std::filesystem::path& path, void* memory, std::int64_t bytes, const Progress& progress) {
    ImageFile(path).read_into(memory, bytes, progress);
}

}  // namespace planapo
