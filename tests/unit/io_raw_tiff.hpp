// TIFF files put together byte by byte, so that they may lie.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tiff.h>

namespace planapo::test {

enum class ByteOrder { little, big };

/// One entry of a page's header; `value` holds it, or its offset where it is longer than four bytes.
struct RawEntry {
    std::uint16_t tag, type;
    std::uint32_t count, value;
};

struct RawPage {
    std::vector<RawEntry> entries;  ///< in ascending order of tags
    std::uint32_t next = 0;         ///< where the next page's header lies; 0: there is none
};

/// A classic TIFF: a header, then what is added, in order.
class RawTiff {
public:
    explicit RawTiff(ByteOrder order) : order_(order) {
        bytes_ = order == ByteOrder::little ? "II" : "MM";
        add_number(42, 2);
        add_number(0, 4);
    }

    std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size()); }
    const std::string& bytes() const { return bytes_; }

    /// Both return where it lies.
    std::uint32_t add(const std::string& bytes) {
        bytes_ += bytes;
        return size() - static_cast<std::uint32_t>(bytes.size());
    }
    std::uint32_t add_number(std::uint32_t value, int width) { return add(coded(value, width)); }

    void set_at(std::uint32_t offset, const std::string& bytes) { bytes_.replace(offset, bytes.size(), bytes); }

    /// Adds a page's header; the file's first page is the one that was added last. Returns where it lies.
    std::uint32_t finish(const RawPage& page) {
        const std::uint32_t at = size();
        add_number(static_cast<std::uint32_t>(page.entries.size()), 2);
        for (const RawEntry& entry : page.entries) {
            add_number(entry.tag, 2);
            add_number(entry.type, 2);
            add_number(entry.count, 4);
            // Values shorter than four bytes stand at the front of the four.
            const int width = entry.count == 1 && entry.type == TIFF_SHORT ? 2 : 4;
            add_number(entry.value, width);
            if (width == 2) add_number(0, 2);
        }
        add_number(page.next, 4);
        set_at(4, coded(at, 4));
        return at;
    }

private:
    std::string coded(std::uint32_t value, int width) const {
        std::string bytes(static_cast<std::size_t>(width), '\0');
        for (int i = 0; i < width; ++i)
            bytes[static_cast<std::size_t>(order_ == ByteOrder::little ? i : width - 1 - i)] =
                static_cast<char>(value >> 8 * i);
        return bytes;
    }

    ByteOrder order_;
    std::string bytes_;
};

/// An uncompressed page of one strip at `offset`.
inline std::vector<RawEntry> grey_16_bit(std::uint32_t height, std::uint32_t width, std::uint32_t offset) {
    return {{TIFFTAG_IMAGEWIDTH, TIFF_LONG, 1, width},
            {TIFFTAG_IMAGELENGTH, TIFF_LONG, 1, height},
            {TIFFTAG_BITSPERSAMPLE, TIFF_SHORT, 1, 16},
            {TIFFTAG_COMPRESSION, TIFF_SHORT, 1, COMPRESSION_NONE},
            {TIFFTAG_PHOTOMETRIC, TIFF_SHORT, 1, 1},
            {TIFFTAG_STRIPOFFSETS, TIFF_LONG, 1, offset},
            {TIFFTAG_SAMPLESPERPIXEL, TIFF_SHORT, 1, 1},
            {TIFFTAG_ROWSPERSTRIP, TIFF_LONG, 1, height},
            {TIFFTAG_STRIPBYTECOUNTS, TIFF_LONG, 1, height * width * 2}};
}

/// With `entry` in the place of its tag.
inline std::vector<RawEntry> with(std::vector<RawEntry> entries, const RawEntry& entry) {
    auto place = entries.begin();
    while (place != entries.end() && place->tag < entry.tag) ++place;
    if (place != entries.end() && place->tag == entry.tag)
        *place = entry;
    else
        entries.insert(place, entry);
    return entries;
}

}  // namespace planapo::test
