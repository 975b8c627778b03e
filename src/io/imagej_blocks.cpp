// ImageJ's private tags. The first holds the sizes of a header and of the blocks after it; the header lists the kinds
// of blocks, each a four-letter word and a count; text is UTF-16; all in the file's byte order (ImageJ,
// ij.io.TiffEncoder).
#include <array>
#include <cstring>
#include <span>

#include "imagej.hpp"
#include "text.hpp"

namespace planapo::io {

namespace {

constexpr std::uint32_t magic = 0x494a494a, info_kind = 0x696e666f, labels_kind = 0x6c61626c;  // "IJIJ", "info", "labl"

std::uint32_t word_at(std::string_view bytes, std::size_t offset, bool big_endian) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[offset + i]);
        word |= static_cast<std::uint32_t>(byte) << 8 * (big_endian ? 3 - i : i);
    }
    return word;
}

void append_word(std::string& bytes, std::uint32_t word) {
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(word >> shift & 0xFF);
}

/// A tag that libtiff does not know, if it holds elements of `type`.
template <typename Element>
std::span<const Element> private_tag(TIFF* tiff, ttag_t tag, TIFFDataType type, TIFFDataType or_type) {
    const TIFFField* field = TIFFFindField(tiff, tag, TIFF_ANY);
    if (field == nullptr || (TIFFFieldDataType(field) != type && TIFFFieldDataType(field) != or_type)) return {};
    std::uint32_t count = 0;
    const Element* elements = nullptr;
    if (TIFFGetField(tiff, tag, &count, &elements) != 1 || elements == nullptr) return {};
    return {elements, count};
}

/// Blocks one after the other, taken from the front.
class Blocks {
public:
    Blocks(std::string_view bytes, std::span<const std::uint32_t> sizes) : bytes_(bytes), sizes_(sizes) {}

    bool next(std::string_view& block) {
        if (sizes_.empty() || sizes_[0] > bytes_.size()) return false;
        block = bytes_.substr(0, sizes_[0]);
        bytes_.remove_prefix(sizes_[0]);
        sizes_ = sizes_.subspan(1);
        return true;
    }

private:
    std::string_view bytes_;
    std::span<const std::uint32_t> sizes_;
};

}  // namespace

ImageJBlocks read_imagej_blocks(TiffHandle& tiff) {
    const auto sizes = private_tag<std::uint32_t>(tiff, tag_imagej_sizes, TIFF_LONG, TIFF_LONG);
    const auto raw = private_tag<char>(tiff, tag_imagej_blocks, TIFF_BYTE, TIFF_UNDEFINED);
    Blocks blocks({raw.data(), raw.size()}, sizes);
    std::string_view header;
    ImageJBlocks found;
    const bool big_endian = TIFFIsBigEndian(tiff) != 0;
    if (!blocks.next(header) || header.size() < 4 || word_at(header, 0, big_endian) != magic) return found;
    for (std::size_t entry = 4; entry + 8 <= header.size(); entry += 8) {
        const std::uint32_t kind = word_at(header, entry, big_endian), count = word_at(header, entry + 4, big_endian);
        std::string_view block;
        for (std::uint32_t i = 0; i < count; ++i) {
            if (!blocks.next(block)) return found;
            if (kind == info_kind) found.info = from_utf16(block, big_endian);
            if (kind == labels_kind) found.labels.push_back(from_utf16(block, big_endian));
        }
    }
    return found;
}

void write_imagej_blocks(TiffHandle& tiff, const ImageJBlocks& blocks) {
    std::string header, body;
    std::vector<std::uint32_t> sizes{0};
    const auto add = [&](const std::string& text) {
        const std::string coded = to_utf16_little_endian(text);
        sizes.push_back(static_cast<std::uint32_t>(coded.size()));
        body += coded;
    };
    append_word(header, magic);
    if (!blocks.info.empty()) {
        append_word(header, info_kind);
        append_word(header, 1);
        add(blocks.info);
    }
    if (!blocks.labels.empty()) {
        append_word(header, labels_kind);
        append_word(header, static_cast<std::uint32_t>(blocks.labels.size()));
        for (const std::string& label : blocks.labels) add(label);
    }
    if (sizes.size() == 1) return;
    sizes[0] = static_cast<std::uint32_t>(header.size());
    const std::string bytes = header + body;

    char size_name[] = "IJMetadataByteCounts", block_name[] = "IJMetadata";
    const std::array<TIFFFieldInfo, 2> fields{{
        {tag_imagej_sizes, TIFF_VARIABLE2, TIFF_VARIABLE2, TIFF_LONG, FIELD_CUSTOM, 1, 1, size_name},
        {tag_imagej_blocks, TIFF_VARIABLE2, TIFF_VARIABLE2, TIFF_BYTE, FIELD_CUSTOM, 1, 1, block_name},
    }};
    TIFFMergeFieldInfo(tiff, fields.data(), fields.size());
    TIFFSetField(tiff, tag_imagej_sizes, static_cast<std::uint32_t>(sizes.size()), sizes.data());
    TIFFSetField(tiff, tag_imagej_blocks, static_cast<std::uint32_t>(bytes.size()), bytes.data());
}

}  // namespace planapo::io
