// What the tests of image files share: folders that vanish, voxels to recognise, and files written by libtiff's own
// calls, so that the reader is not tested against the writer alone.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <tiffio.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include <planapo/error.hpp>
#include <planapo/io.hpp>

namespace planapo::test {

namespace fs = std::filesystem;

/// A new folder, removed with all that is in it.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "planapo-io-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    fs::path operator/(const std::string& name) const { return path_ / name; }
    const fs::path& path() const { return path_; }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(path_)) found.push_back(entry.path().filename().string());
        return found;
    }

private:
    fs::path path_;
};

inline std::string bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void put_bytes(const fs::path& path, const std::string& bytes) {
    fs::remove(path);  // some file systems flush what replaces old bytes: thousands of files would take their time
    std::ofstream(path, std::ios::binary) << bytes;
}

/// Bytes that differ from voxel to voxel; finite in every type.
inline std::vector<unsigned char> voxels_for(const ImageInfo& info) {
    const std::int64_t voxel = bytes_per_pixel(info.type);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(info.bytes()));
    for (std::int64_t i = 0; i < info.size.voxels(); ++i) {
        const auto value = static_cast<std::uint32_t>(i * 2654435761u >> 7) & 0x7FFFFF;
        unsigned char* at = bytes.data() + i * voxel;
        const auto put = [&](auto typed) { std::memcpy(at, &typed, sizeof typed); };
        if (info.type == PixelType::float32) put(static_cast<float>(value) / 7 - 1000);
        if (info.type == PixelType::float64) put(static_cast<double>(value) / 7 - 1000);
        if (info.type < PixelType::float32) std::memcpy(at, &value, static_cast<std::size_t>(voxel));
    }
    return bytes;
}

inline std::vector<unsigned char> read_all(const fs::path& path, std::int64_t image = 0) {
    const ImageFile file(path, image);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(file.info().bytes()));
    file.read_into(bytes.data(), file.info().bytes());
    return bytes;
}

/// Voxel (t, c, z, y, x) as a number that tells all five.
inline std::uint16_t address(std::int64_t t, std::int64_t c, std::int64_t z, std::int64_t y, std::int64_t x) {
    return static_cast<std::uint16_t>((((t * 5 + c) * 7 + z) * 11 + y) * 13 + x);
}

/// One page of 16-bit voxels for `write_pages`.
struct TestPage {
    std::int64_t height = 4, width = 6, samples = 1;
    std::function<std::uint16_t(std::int64_t y, std::int64_t x, std::int64_t sample)> voxel = {};
    std::string description = {};
    std::function<void(TIFF*)> more_tags = {};
};

enum class Cut { strips, tiles };

inline void write_page_tags(TIFF* tiff, const TestPage& page, Cut cut) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(page.width));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(page.height));
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 16);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, static_cast<int>(page.samples));
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, page.samples == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    if (cut == Cut::strips) TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 3u);
    if (cut == Cut::tiles) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16u);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16u);
    }
    if (!page.description.empty()) TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, page.description.c_str());
    if (page.more_tags) page.more_tags(tiff);
}

inline void write_page_voxels(TIFF* tiff, const TestPage& page, Cut cut) {
    std::uint16_t planar = 0;
    TIFFGetField(tiff, TIFFTAG_PLANARCONFIG, &planar);
    const std::int64_t together = planar == PLANARCONFIG_CONTIG ? page.samples : 1;
    const std::int64_t rows = cut == Cut::tiles ? 16 : 3, columns = cut == Cut::tiles ? 16 : page.width;
    std::uint32_t part = 0;
    for (std::int64_t first = 0; first < page.samples; first += together)
        for (std::int64_t y0 = 0; y0 < page.height; y0 += rows)
            for (std::int64_t x0 = 0; x0 < page.width; x0 += columns) {
                const std::int64_t height = cut == Cut::tiles ? rows : std::min(rows, page.height - y0);
                std::vector<std::uint16_t> buffer(static_cast<std::size_t>(height * columns * together));
                for (std::int64_t y = 0; y < std::min(height, page.height - y0); ++y)
                    for (std::int64_t x = 0; x < std::min(columns, page.width - x0); ++x)
                        for (std::int64_t s = 0; s < together; ++s)
                            buffer[static_cast<std::size_t>((y * columns + x) * together + s)] =
                                page.voxel(y0 + y, x0 + x, first + s);
                const auto bytes = static_cast<tmsize_t>(2 * buffer.size());
                ASSERT_EQ(cut == Cut::tiles ? TIFFWriteEncodedTile(tiff, part++, buffer.data(), bytes)
                                            : TIFFWriteEncodedStrip(tiff, part++, buffer.data(), bytes),
                          bytes);
            }
}

/// Writes pages through libtiff: `mode` chooses byte order and offsets ("wb", "wl8", ...).
inline void write_pages(const fs::path& path, const std::vector<TestPage>& pages, const char* mode = "w",
                        Cut cut = Cut::strips) {
    TIFF* tiff = TIFFOpen(path.c_str(), mode);
    ASSERT_NE(tiff, nullptr);
    for (const TestPage& page : pages) {
        write_page_tags(tiff, page, cut);
        write_page_voxels(tiff, page, cut);
        TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
}

using Tags = std::function<void(TIFF*)>;

inline TestPage addressed(std::int64_t z, std::int64_t height, std::int64_t width, std::int64_t samples = 1,
                          Tags tags = {}) {
    return {.height = height,
            .width = width,
            .samples = samples,
            .voxel = [z](auto y, auto x, auto s) { return address(0, s, z, y, x); },
            .more_tags = std::move(tags)};
}

/// Every voxel must say where it is.
inline void expect_addressed(const fs::path& path, const ImageSize& size) {
    ASSERT_EQ(read_info(path).size, size);
    const std::vector<unsigned char> bytes = read_all(path);
    std::size_t i = 0;
    for (std::int64_t t = 0; t < size.t; ++t)
        for (std::int64_t c = 0; c < size.c; ++c)
            for (std::int64_t z = 0; z < size.z; ++z)
                for (std::int64_t y = 0; y < size.y; ++y)
                    for (std::int64_t x = 0; x < size.x; ++x, i += 2) {
                        std::uint16_t voxel = 0;
                        std::memcpy(&voxel, bytes.data() + i, 2);
                        ASSERT_EQ(voxel, address(t, c, z, y, x)) << t << ' ' << c << ' ' << z << ' ' << y << ' ' << x;
                    }
}

/// The one sentence of the `InvalidArgument` that `task` throws; "" if it throws nothing.
inline std::string complaint_of(const std::function<void()>& task) {
    try {
        task();
    } catch (const InvalidArgument& error) {
        return error.what();
    }
    return {};
}

inline bool mentions(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

}  // namespace planapo::test
