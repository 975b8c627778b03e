// Image files: TIFF, BigTIFF, OME-TIFF and ImageJ hyperstacks, read and written with what they say about the image.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <planapo/export.hpp>
#include <planapo/progress.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// What one voxel is stored as.
enum class PixelType { uint8, int8, uint16, int16, uint32, int32, float32, float64 };

/// 1, 2, 4 or 8.
PLANAPO_API std::int64_t bytes_per_pixel(PixelType type);

/// NumPy's name: "uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64".
PLANAPO_API std::string to_string(PixelType type);

/// The reverse of `to_string`; throws `InvalidArgument`, listing the names, for any other.
PLANAPO_API PixelType pixel_type(std::string_view name);

/// Time points, channels (the samples of an RGB image are channels too), planes, rows, columns. In memory always in
/// this order, x fastest.
struct ImageSize {
    std::int64_t t = 1, c = 1, z = 1, y = 1, x = 1;

    constexpr Shape shape() const { return {z, y, x}; }  ///< of one channel at one time
    constexpr std::int64_t planes() const { return t * c * z; }
    constexpr std::int64_t voxels() const { return planes() * y * x; }
    friend constexpr bool operator==(const ImageSize&, const ImageSize&) = default;
};

/// What an image file says. To write a result, start from what `read_info` gave for the input: what is here survives.
struct ImageInfo {
    PixelType type = PixelType::float32;  ///< of the voxels in the file, or in the memory to be written
    ImageSize size;

    /// Edge lengths of a voxel, and the time between time points; empty where the file does not say.
    std::optional<double> voxel_z_um, voxel_y_um, voxel_x_um, time_step_s;

    std::vector<std::string> channel_names;  ///< empty, or one per channel (each may be empty)
    std::vector<std::string> plane_labels;   ///< ImageJ's slice labels: empty, or one per plane (t, c, z; z fastest)

    std::string ome_xml;      ///< OME-XML as read (UTF-8); its other fields (instrument, positions, ...) are kept
    std::string description;  ///< the first page's description as read, where it is not OME-XML
    std::string notes;        ///< ImageJ's "Info" text, without what planapo added to it
    std::string provenance;   ///< the JSON object that planapo left in the file; empty if none

    std::int64_t images = 1;  ///< how many images (OME: series, positions) the file holds
    std::int64_t image = 0;   ///< which of them this is

    /// The voxel size if the file states it for y, x and, where there is more than one plane, z (else 1 for z).
    PLANAPO_API std::optional<VoxelSize> voxel_size() const;
    PLANAPO_API void set_voxel_size(const VoxelSize& voxel);

    /// Of the whole image in its own type; throws `InvalidArgument` if a size is below 1 or the product overflows.
    PLANAPO_API std::int64_t bytes() const;
};

/// One volume of a file.
struct Selection {
    std::int64_t time = 0, channel = 0;
    std::int64_t image = 0;  ///< OME: the series; in [0, ImageInfo::images)
};

/// A file open for reading: strips and tiles, both byte orders, classic and BigTIFF, every compression that libtiff was
/// built with, ImageJ's stacks behind a single page, OME-TIFF over several files of one folder. Refused with a
/// sentence: packed bit depths, half floats, complex and 64-bit integers, pages that differ in size or type, files
/// whose axes have no names (tifffile's plain arrays of more than three axes), MetaMorph STK, Zeiss LSM, FluoView. Safe
/// to use from several threads, which then take turns; give each thread its own to read side by side.
class PLANAPO_API ImageFile {
public:
    /// Reads every page's header, no voxels, and checks them against the file's length. `image` is OME's series.
    /// Throws `InvalidArgument` with one sentence if the file is missing, not a TIFF, truncated, or contradicts itself.
    explicit ImageFile(const std::filesystem::path& path, std::int64_t image = 0);
    ~ImageFile();
    ImageFile(ImageFile&&) noexcept;
    ImageFile& operator=(ImageFile&&) noexcept;

    const ImageInfo& info() const;

    /// One channel at one time, z, y, x, as floats on the host. float64 and 32-bit integers are rounded to the nearest
    /// float. Throws `InvalidArgument` if there is no such time or channel, or the voxels cannot be decoded;
    /// `OutOfMemory`.
    Volume<float> read_volume(std::int64_t time = 0, std::int64_t channel = 0) const;

    /// The same into memory of exactly the volume's shape, contiguous, on the host.
    void read_volume_into(View<float> volume, std::int64_t time = 0, std::int64_t channel = 0) const;

    /// The same voxels in the file's own type, in the machine's byte order, into `bytes` bytes of memory (exactly as
    /// many as needed).
    void read_volume_into(void* memory, std::int64_t bytes, std::int64_t time = 0, std::int64_t channel = 0) const;

    /// The whole image, t, c, z, y, x; `bytes` must be `info().bytes()`. Reports planes; throws `Cancelled` where
    /// `progress` says stop.
    void read_into(void* memory, std::int64_t bytes, const Progress& progress = {}) const;

private:
    struct Work;
    std::unique_ptr<Work> work_;
};

/// What the file at `path` says; reads no voxels. Throws as `ImageFile` does.
PLANAPO_API ImageInfo read_info(const std::filesystem::path& path, std::int64_t image = 0);

/// One volume, z, y, x, as floats on the host. Throws as `ImageFile` does. For many volumes of a file keep an
/// `ImageFile`.
PLANAPO_API Volume<float> read_volume(const std::filesystem::path& path, const Selection& selection = {});

/// The whole image in its own type, t, c, z, y, x, into memory of exactly `bytes` = `read_info(path).bytes()`.
PLANAPO_API void read_into(const std::filesystem::path& path, void* memory, std::int64_t bytes,
                           const Progress& progress = {});

/// How voxels are packed. `deflate` is read everywhere; `zstd` is faster, and read by Bio-Formats and tifffile, not by
/// plain ImageJ.
enum class Compression { none, deflate, zstd };

struct WriteOptions {
    std::optional<PixelType> type = {};  ///< in the file; empty: as in memory. Integers: rounded, saturated
    Compression compression = Compression::none;
    std::string provenance = {};  ///< a JSON object: how the image was made; empty: `ImageInfo::provenance` is kept
};

/// What was written.
struct WriteReport {
    std::int64_t bytes = 0;           ///< length of the file
    std::int64_t clipped_voxels = 0;  ///< outside the range of the file's type; in integers NaN too, written as 0
    double clipped_share = 0;         ///< of all voxels
    bool big_tiff = false;            ///< 64-bit offsets: the file could exceed 4 GiB
    bool ome = false;                 ///< OME-XML; else ImageJ's description
};

/// Writes an image one time point after the other, so that a time series need not fit in memory.
/// The file appears under its name, whole, when `finish` returns; until then it has a temporary name in the same
/// folder, and is removed if anything fails or the writer is destroyed.
///
/// A name that ends in .ome.tif or .ome.tiff is written as OME-TIFF. Other names get ImageJ's description, except where
/// ImageJ could not read it: above 4 GiB (BigTIFF), and for int8 and float64; these are written as OME-TIFF too. The
/// provenance is kept in OME's StructuredAnnotations, or in ImageJ's Info text. For one thread at a time.
class PLANAPO_API ImageWriter {
public:
    /// `info.type` is the type in memory. Throws `InvalidArgument` with one sentence if the name does not end in .tif
    /// or .tiff, the folder is missing or may not be written to, or has not enough room for an uncompressed file.
    ImageWriter(const std::filesystem::path& path, const ImageInfo& info, const WriteOptions& options = {});
    ~ImageWriter();
    ImageWriter(ImageWriter&&) noexcept;
    ImageWriter& operator=(ImageWriter&&) noexcept;

    /// The next time point, one volume on the host per channel, z, y, x; `info.type` must be float32.
    /// Throws `InvalidArgument` naming path and bytes if the disk is full.
    void append(std::span<const View<const float>> channels);

    /// The next time point from plain memory: c, z, y, x of `info.type`, contiguous. Throws as `append` does.
    void append_raw(const void* frame);

    /// Flushes to the disk and gives the file its name. Throws `InvalidArgument` if time points are missing or the disk
    /// is full.
    WriteReport finish();

private:
    struct Work;
    std::unique_ptr<Work> work_;
};

/// Writes `data`: t, c, z, y, x of `info.type`, contiguous. Throws as `ImageWriter` does; nothing is left behind then.
/// Reports time points; throws `Cancelled` where `progress` says stop.
PLANAPO_API WriteReport write_image(const std::filesystem::path& path, const ImageInfo& info, const void* data,
                                    const WriteOptions& options = {}, const Progress& progress = {});

/// Writes one volume on the host; type and sizes come from `image`, everything else from `info`.
PLANAPO_API WriteReport write_image(const std::filesystem::path& path, View<const float> image,
                                    const ImageInfo& info = {}, const WriteOptions& options = {});

}  // namespace planapo
