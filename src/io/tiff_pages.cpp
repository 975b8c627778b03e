// The pages of a TIFF file: what each one's header says, checked against the file's length.
#include "tiff_pages.hpp"

#include <algorithm>
#include <optional>

#include "../message.hpp"
#include "text.hpp"
#include "tiff_directory.hpp"

namespace planapo::io {

namespace {

std::optional<PixelType> type_of(int format, int bits) {
    switch (format) {
        case SAMPLEFORMAT_UINT:
        case SAMPLEFORMAT_VOID:
            if (bits == 8) return PixelType::uint8;
            if (bits == 16) return PixelType::uint16;
            if (bits == 32) return PixelType::uint32;
            break;
        case SAMPLEFORMAT_INT:
            if (bits == 8) return PixelType::int8;
            if (bits == 16) return PixelType::int16;
            if (bits == 32) return PixelType::int32;
            break;
        case SAMPLEFORMAT_IEEEFP:
            if (bits == 32) return PixelType::float32;
            if (bits == 64) return PixelType::float64;
            break;
    }
    return std::nullopt;
}

std::string format_name(int format) {
    switch (format) {
        case SAMPLEFORMAT_INT:
            return "signed integers";
        case SAMPLEFORMAT_IEEEFP:
            return "floats";
        case SAMPLEFORMAT_COMPLEXINT:
        case SAMPLEFORMAT_COMPLEXIEEEFP:
            return "complex numbers";
        default:
            return "unsigned integers";
    }
}

template <typename Value>
Value tag_or(TIFF* tiff, ttag_t tag, Value otherwise) {
    Value value = otherwise;
    return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : otherwise;
}

/// Colours that are not stored as such: JPEG's can be decoded to RGB, others are refused.
void settle_colours(TIFF* tiff, const std::string& where) {
    const auto photometric = tag_or<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    const auto compression = tag_or<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    if (photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG) {
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        return;
    }
    require(photometric <= PHOTOMETRIC_PALETTE,
            "{} stores its voxels as colours of TIFF's kind {}, which planapo does not read; save it as grey values or "
            "RGB.",
            where, photometric);
}

Layout read_layout(TIFF* tiff, const std::string& where) {
    settle_colours(tiff, where);
    const auto width = tag_or<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0),
               height = tag_or<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
    require(width > 0 && height > 0, "{} says that it is {} x {} voxels: it holds no image.", where, height, width);
    require(tag_or<std::uint32_t>(tiff, TIFFTAG_IMAGEDEPTH, 1) == 1 &&
                tag_or<std::uint32_t>(tiff, TIFFTAG_TILEDEPTH, 1) == 1,
            "{} holds a volume in one page (ImageDepth), which planapo does not read; save it with one plane a page.",
            where);
    const auto bits = tag_or<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1),
               format = tag_or<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    const auto type = type_of(format, bits);
    require(type.has_value(),
            "{} holds {} of {} bits; planapo reads integers of 8, 16 and 32 bits and floats of 32 and 64.", where,
            format_name(format), bits);

    Layout layout{.height = height,
                  .width = width,
                  .samples = tag_or<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1),
                  .type = *type};
    require(layout.samples > 0, "{} says that its pixels have 0 samples.", where);
    if (layout.samples > 1 &&
        tag_or<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE)
        layout.order = Layout::Samples::separate;
    if (tag_or<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE) != COMPRESSION_NONE)
        layout.packing = Layout::Packing::compressed;
    std::int64_t bytes = bytes_per_pixel(layout.type);
    bool fits = true;
    for (const std::int64_t factor : {layout.height, layout.width, layout.samples})
        fits &= !__builtin_mul_overflow(bytes, factor, &bytes);
    require(fits, "{} says that it is {}: too large to be addressed.", where, to_string(layout));
    return layout;
}

/// Adds up the page's strips or tiles, each of which must lie within the file.
void check_extent(TIFF* tiff, Page& page, const std::string& where, std::int64_t file_bytes) {
    const std::uint32_t count = TIFFIsTiled(tiff) ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    const auto room = static_cast<std::uint64_t>(file_bytes);
    constexpr std::uint64_t plenty = std::uint64_t{1}
                                     << 62;  // parts may overlap in a lying file: their sum must not overflow
    std::uint64_t held = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t offset = TIFFGetStrileOffset(tiff, i), bytes = TIFFGetStrileByteCount(tiff, i);
        require(
            offset <= room && bytes <= room - offset,
            "{} is truncated or damaged: its part {} of {} should lie at byte {} and take {} bytes, but the file ends "
            "at {}.",
            where, i + 1, count, offset, bytes, file_bytes);
        if (i == 0) page.first_byte = static_cast<std::int64_t>(offset);
        held = std::min(held + bytes, plenty);
    }
    const std::int64_t needed = page.layout.sample_bytes() * page.layout.samples;
    // No compression that libtiff knows reaches this on an image; a header that claims it lies about its size.
    constexpr std::int64_t best_ratio = 100000;
    const std::int64_t least = page.layout.packing == Layout::Packing::none ? needed : needed / best_ratio;
    require(count > 0 && held >= static_cast<std::uint64_t>(least),
            "{} is truncated or damaged: it says that it is {}, {} bytes, but holds {} bytes of data.", where,
            to_string(page.layout), needed, held);
}

Page read_page(TiffHandle& tiff, FileStream& stream, const std::string& where) {
    check_directory(tiff, stream, where);
    Page page;
    page.offset = TIFFCurrentDirOffset(tiff);
    page.layout = read_layout(tiff, where);
    if ((tag_or<std::uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE) != 0)
        page.role = Page::Role::thumbnail;
    check_extent(tiff, page, where, stream.size());
    return page;
}

}  // namespace

std::string to_string(const Layout& layout) {
    const std::string samples = layout.samples > 1 ? fmt::format("{} ", layout.samples) : "";
    return fmt::format("{} x {} of {}{}", layout.height, layout.width, samples, planapo::to_string(layout.type));
}

std::vector<Page> scan_pages(TiffHandle& tiff, FileStream& stream, const std::string& name) {
    std::vector<Page> pages;
    for (;;) {
        pages.push_back(read_page(tiff, stream, fmt::format("Page {} of '{}'", pages.size() + 1, name)));
        if (TIFFLastDirectory(tiff)) return pages;
        tiff.forget();
        require(TIFFReadDirectory(tiff) == 1, "'{}' is truncated or damaged after page {} ({}).", name, pages.size(),
                tiff.complaint());
    }
}

std::string text_tag(TiffHandle& tiff, ttag_t tag) {
    const char* text = nullptr;
    return TIFFGetField(tiff, tag, &text) == 1 && text != nullptr ? as_utf8(text) : "";
}

}  // namespace planapo::io
