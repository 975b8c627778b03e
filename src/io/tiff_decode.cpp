// Voxels out of a TIFF page.
#include "tiff_decode.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

#include "../message.hpp"

namespace planapo::io {

namespace {

/// The strips or tiles that a page is cut into, with the samples that lie in each.
struct Cutting {
    std::int64_t height, width;  ///< of a strip or tile
    std::int64_t across, down;   ///< how many
    std::int64_t samples;        ///< interleaved in each
    enum class Kind { strips, tiles } kind;
};

/// The bytes of a tile must be worth taking: no program cuts an image into tiles much larger than itself.
void check_tile(std::int64_t height, std::int64_t width, std::int64_t samples, const Layout& layout,
                const std::string& where) {
    const std::int64_t most = std::max<std::int64_t>(64 << 20, 4 * layout.samples * layout.sample_bytes());
    std::int64_t bytes = bytes_per_pixel(layout.type) * samples;
    const bool fits = height > 0 && width > 0 && !__builtin_mul_overflow(bytes, height, &bytes) &&
                      !__builtin_mul_overflow(bytes, width, &bytes);
    require(fits && bytes <= most, "{} is damaged: it says that it is {} in tiles of {} x {}.", where,
            to_string(layout), height, width);
}

Cutting cutting_of(TIFF* tiff, const Layout& layout, const std::string& where) {
    const std::int64_t samples = layout.order == Layout::Samples::separate ? 1 : layout.samples;
    std::uint32_t height = 0, width = 0;
    if (TIFFIsTiled(tiff)) {
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
        check_tile(height, width, samples, layout, where);
        return {height,
                width,
                (layout.width + width - 1) / width,
                (layout.height + height - 1) / height,
                samples,
                Cutting::Kind::tiles};
    }
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &height);
    const std::int64_t rows = std::clamp<std::int64_t>(height, 1, layout.height);
    return {rows, layout.width, 1, (layout.height + rows - 1) / rows, samples, Cutting::Kind::strips};
}

/// Unpacks strip or tile `index`; exactly `bytes` must come out.
void unpack(TiffHandle& tiff, Cutting::Kind kind, std::uint32_t index, void* memory, std::int64_t bytes,
            const std::string& where) {
    tiff.forget();
    const tmsize_t got = kind == Cutting::Kind::tiles ? TIFFReadEncodedTile(tiff, index, memory, bytes)
                                                      : TIFFReadEncodedStrip(tiff, index, memory, bytes);
    require(got == bytes, "{} cannot be unpacked: part {} should give {} bytes ({}).", where, index + 1, bytes,
            tiff.complaint());
}

/// Copies one of `samples` interleaved samples of `count` pixels.
void pick(const std::byte* from, std::byte* to, std::int64_t count, std::int64_t samples, std::int64_t sample,
          std::int64_t bytes_per_sample) {
    if (samples == 1) {
        std::memcpy(to, from, static_cast<std::size_t>(count * bytes_per_sample));
        return;
    }
    for (std::int64_t i = 0; i < count; ++i)
        std::memcpy(to + i * bytes_per_sample, from + (i * samples + sample) * bytes_per_sample,
                    static_cast<std::size_t>(bytes_per_sample));
}

void go_to(TiffHandle& tiff, const Page& page, const std::string& where) {
    if (TIFFCurrentDirOffset(tiff) == page.offset) return;
    tiff.forget();
    require(TIFFSetSubDirectory(tiff, page.offset) == 1, "{} cannot be read: {}.", where, tiff.complaint());
    // This choice is forgotten with every page.
    std::uint16_t photometric = 0;
    if (TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric) == 1 && photometric == PHOTOMETRIC_YCBCR)
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
}

}  // namespace

void decode_sample(TiffHandle& tiff, const Page& page, std::int64_t sample, void* memory, const std::string& where) {
    go_to(tiff, page, where);
    const Layout& layout = page.layout;
    const Cutting cut = cutting_of(tiff, layout, where);
    const std::int64_t voxel = bytes_per_pixel(layout.type), row = layout.width * voxel;
    const std::int64_t part_row = cut.width * cut.samples * voxel;
    const std::int64_t first = layout.order == Layout::Samples::separate ? sample * cut.across * cut.down : 0;
    const std::int64_t picked = layout.order == Layout::Samples::separate ? 0 : sample;
    const bool direct = cut.kind == Cutting::Kind::strips && cut.samples == 1;
    std::unique_ptr<std::byte[]> part;
    if (!direct) part = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(cut.height * part_row));

    auto* out = static_cast<std::byte*>(memory);
    for (std::int64_t j = 0; j < cut.down; ++j) {
        const std::int64_t y = j * cut.height, rows = std::min(cut.height, layout.height - y);
        // The last strip is cut short; a tile never is.
        const std::int64_t bytes = (cut.kind == Cutting::Kind::tiles ? cut.height : rows) * part_row;
        for (std::int64_t i = 0; i < cut.across; ++i) {
            const auto index = static_cast<std::uint32_t>(first + j * cut.across + i);
            unpack(tiff, cut.kind, index, direct ? out + y * row : part.get(), bytes, where);
            if (direct) continue;
            const std::int64_t x = i * cut.width, columns = std::min(cut.width, layout.width - x);
            for (std::int64_t r = 0; r < rows; ++r)
                pick(part.get() + r * part_row, out + (y + r) * row + x * voxel, columns, cut.samples, picked, voxel);
        }
    }
}

}  // namespace planapo::io
