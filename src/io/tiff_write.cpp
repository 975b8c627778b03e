// Pages of a TIFF file, written one after the other.
#include "tiff_write.hpp"

#include <algorithm>
#include <planapo/version.hpp>

#include "../message.hpp"

namespace planapo::io {

namespace {

int scheme_of(Compression compression) {
    switch (compression) {
        case Compression::none:
            return COMPRESSION_NONE;
        case Compression::deflate:
            return COMPRESSION_ADOBE_DEFLATE;
        case Compression::zstd:
            return COMPRESSION_ZSTD;
    }
    __builtin_unreachable();
}

int sample_format_of(PixelType type) {
    switch (type) {
        case PixelType::float32:
        case PixelType::float64:
            return SAMPLEFORMAT_IEEEFP;
        case PixelType::int8:
        case PixelType::int16:
        case PixelType::int32:
            return SAMPLEFORMAT_INT;
        default:
            return SAMPLEFORMAT_UINT;
    }
}

std::int64_t plane_bytes(const PageFormat& format) {
    return format.height * format.width * bytes_per_pixel(format.type);
}

/// All rows in one strip where nothing is packed, as ImageJ wants it; else strips of about 256 KiB.
std::int64_t rows_per_strip(const PageFormat& format) {
    if (format.compression == Compression::none) return format.height;
    constexpr std::int64_t strip_bytes = 256 << 10;
    return std::clamp<std::int64_t>(strip_bytes / (format.width * bytes_per_pixel(format.type)), 1, format.height);
}

}  // namespace

void require_compression(Compression compression) {
    const auto scheme = static_cast<std::uint16_t>(scheme_of(compression));
    require(TIFFIsCODECConfigured(scheme) != 0,
            "The libtiff on this machine was built without {}; choose another compression.",
            compression == Compression::zstd ? "zstd" : "deflate");
}

PageWriter::PageWriter(TemporaryFile& file, const PageFormat& format, Offsets offsets)
    : file_(file),
      format_(format),
      tiff_(file.stream(), file.target().string(), offsets == Offsets::big ? "wl8" : "wl"),
      voxels_at_(format.compression == Compression::none ? file.stream().size() : -1),
      headers_at_(voxels_at_ < 0 ? -1 : voxels_at_ + format.pages * plane_bytes(format)) {}

void PageWriter::set_fields() {
    TIFF* tiff = tiff_;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(format_.width));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(format_.height));
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * bytes_per_pixel(format_.type)));
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, sample_format_of(format_.type));
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, scheme_of(format_.compression));
    // Differences of neighbours pack better. Not those of floats: few programs undo them.
    const bool integers = sample_format_of(format_.type) != SAMPLEFORMAT_IEEEFP;
    if (format_.compression != Compression::none && integers)
        TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(rows_per_strip(format_)));
    if (format_.x_per_um > 0 && format_.y_per_um > 0) {
        TIFFSetField(tiff, TIFFTAG_XRESOLUTION, format_.x_per_um);
        TIFFSetField(tiff, TIFFTAG_YRESOLUTION, format_.y_per_um);
    }
    // TIFF knows no micrometres: "none", the description says what it is.
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
}

void PageWriter::describe(const std::string& description, const ImageJBlocks& blocks) {
    TIFFSetField(tiff_, TIFFTAG_IMAGEDESCRIPTION, description.c_str());
    TIFFSetField(tiff_, TIFFTAG_SOFTWARE, "planapo " PLANAPO_VERSION);
    write_imagej_blocks(tiff_, blocks);
}

void PageWriter::append(const void* plane) {
    tiff_.forget();
    set_fields();
    FileStream& stream = file_.stream();
    stream.append_at(voxels_at_);
    write_voxels(plane);
    if (voxels_at_ >= 0) {
        voxels_at_ = stream.appended_up_to();
        stream.append_at(headers_at_);
    }
    if (TIFFWriteDirectory(tiff_) != 1 || stream.error()) fail();
    headers_at_ = stream.appended_up_to();
}

void PageWriter::write_voxels(const void* plane) {
    const std::int64_t row = format_.width * bytes_per_pixel(format_.type), rows = rows_per_strip(format_);
    const auto* bytes = static_cast<const char*>(plane);
    std::uint32_t strip = 0;
    for (std::int64_t y = 0; y < format_.height; y += rows, ++strip) {
        const std::int64_t size = std::min(rows, format_.height - y) * row;
        // libtiff's parameter is not const, but it packs and swaps in buffers of its own.
        if (TIFFWriteEncodedStrip(tiff_, strip, const_cast<char*>(bytes + y * row), size) != size) fail();
    }
}

void PageWriter::fail() const {
    const std::error_code error = file_.stream().error();
    throw InvalidArgument(fmt::format("Cannot write '{}': {} after {} bytes.", file_.target().string(),
                                      error ? error.message() : tiff_.complaint(), file_.stream().size()));
}

}  // namespace planapo::io
