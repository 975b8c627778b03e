// What is written is read again, bit for bit: every type, notation, packing and shape.
#include "io_files.hpp"

namespace planapo::test {
namespace {

constexpr PixelType all_types[] = {PixelType::uint8,  PixelType::int8,  PixelType::uint16,  PixelType::int16,
                                   PixelType::uint32, PixelType::int32, PixelType::float32, PixelType::float64};
constexpr Compression all_packings[] = {Compression::none, Compression::deflate, Compression::zstd};

ImageInfo info_of(PixelType type, ImageSize size) {
    ImageInfo info;
    info.type = type;
    info.size = size;
    return info;
}

void expect_round_trip(const fs::path& path, const ImageInfo& info, const WriteOptions& options = {}) {
    const std::vector<unsigned char> voxels = voxels_for(info);
    const WriteReport report = write_image(path, info, voxels.data(), options);
    EXPECT_EQ(report.clipped_voxels, 0);
    EXPECT_EQ(report.bytes, static_cast<std::int64_t>(fs::file_size(path)));
    const ImageInfo read = read_info(path);
    EXPECT_EQ(read.type, info.type);
    EXPECT_EQ(read.size, info.size);
    EXPECT_EQ(read_all(path), voxels);
}

TEST(IoRoundTrip, EveryTypeNotationAndPacking) {
    const Folder folder;
    for (const PixelType type : all_types)
        for (const char* name : {"a.tif", "a.ome.tif"})
            for (const Compression packing : all_packings) {
                SCOPED_TRACE(to_string(type) + " " + name + " packing " + std::to_string(static_cast<int>(packing)));
                expect_round_trip(folder / name, info_of(type, {.t = 2, .c = 3, .z = 4, .y = 5, .x = 7}),
                                  {.compression = packing});
            }
}

TEST(IoRoundTrip, EveryShape) {
    const Folder folder;
    const ImageSize sizes[] = {{},
                               {.x = 9},
                               {.y = 9},
                               {.y = 3, .x = 5},
                               {.z = 7, .y = 3, .x = 5},
                               {.c = 3, .y = 4, .x = 4},
                               {.t = 5, .y = 2, .x = 2},
                               {.c = 2, .z = 3, .y = 1, .x = 1},
                               {.t = 2, .z = 3, .y = 4, .x = 5},
                               {.t = 3, .c = 2, .y = 6, .x = 5},
                               {.z = 2, .y = 301, .x = 257}};
    for (const ImageSize& size : sizes)
        for (const char* name : {"a.tif", "a.tiff", "A.OME.TIFF"})
            for (const Compression packing : {Compression::none, Compression::deflate}) {
                SCOPED_TRACE(std::string(name) + " planes " + std::to_string(size.planes()) + " of " +
                             to_string(size.shape()));
                expect_round_trip(folder / name, info_of(PixelType::uint16, size), {.compression = packing});
            }
}

TEST(IoRoundTrip, NotationFollowsTheNameUnlessImageJCouldNotReadIt) {
    const Folder folder;
    const auto ome = [&](const char* name, PixelType type) {
        const ImageInfo info = info_of(type, {.z = 2, .y = 3, .x = 3});
        return write_image(folder / name, info, voxels_for(info).data()).ome;
    };
    EXPECT_FALSE(ome("a.tif", PixelType::float32));
    EXPECT_FALSE(ome("a.tiff", PixelType::uint16));
    EXPECT_FALSE(ome("ome.tif", PixelType::uint16));
    EXPECT_TRUE(ome("a.ome.tif", PixelType::float32));
    EXPECT_TRUE(ome("a.b.OME.tiff", PixelType::uint16));
    EXPECT_TRUE(ome("a.tif", PixelType::int8));
    EXPECT_TRUE(ome("a.tif", PixelType::float64));
}

TEST(IoRoundTrip, VolumesOfFloatsWithRowsApart) {
    const Folder folder;
    Volume<float> grid(Shape{4, 6, 9});
    for (std::int64_t i = 0; i < 4 * 6 * 9; ++i) grid.data()[i] = static_cast<float>(i) / 3;
    const View<const float> image = View<const float>(grid.view()).corner({3, 5, 7});
    for (const char* name : {"a.tif", "a.ome.tif"}) {
        write_image(folder / name, image);
        const Volume<float> read = read_volume(folder / name);
        ASSERT_EQ(read.shape(), (Shape{3, 5, 7}));
        for (std::int64_t z = 0; z < 3; ++z)
            for (std::int64_t y = 0; y < 5; ++y)
                for (std::int64_t x = 0; x < 7; ++x) EXPECT_EQ(read.view()(z, y, x), image(z, y, x));
    }
}

TEST(IoRoundTrip, TimePointsOneAfterTheOther) {
    const Folder folder;
    const ImageInfo info = info_of(PixelType::float32, {.t = 3, .c = 2, .z = 4, .y = 5, .x = 6});
    const std::vector<unsigned char> voxels = voxels_for(info);
    const auto* floats = reinterpret_cast<const float*>(voxels.data());
    const std::int64_t volume = 4 * 5 * 6;
    for (const char* name : {"a.tif", "a.ome.tif"}) {
        ImageWriter writer(folder / name, info);
        EXPECT_FALSE(fs::exists(folder / name));
        for (std::int64_t t = 0; t < 3; ++t) {
            const View<const float> channels[] = {{floats + 2 * t * volume, info.size.shape()},
                                                  {floats + (2 * t + 1) * volume, info.size.shape()}};
            writer.append(channels);
        }
        EXPECT_TRUE(mentions(complaint_of([&] { writer.append_raw(floats); }), "All 3 time points"));
        writer.finish();
        EXPECT_EQ(read_all(folder / name), voxels);
        const ImageFile file(folder / name);
        const Volume<float> last = file.read_volume(2, 1);
        EXPECT_EQ(std::memcmp(last.data(), floats + 5 * volume, static_cast<std::size_t>(4 * volume)), 0);
    }
}

TEST(IoRoundTrip, OneVolumeInItsOwnType) {
    const Folder folder;
    const ImageInfo info = info_of(PixelType::int16, {.t = 2, .c = 2, .z = 3, .y = 4, .x = 5});
    const std::vector<unsigned char> voxels = voxels_for(info);
    write_image(folder / "a.tif", info, voxels.data());
    const ImageFile file(folder / "a.tif");
    std::vector<unsigned char> volume(2 * 3 * 4 * 5);
    file.read_volume_into(volume.data(), static_cast<std::int64_t>(volume.size()), 1, 0);
    EXPECT_TRUE(std::equal(volume.begin(), volume.end(), voxels.begin() + 2 * 120));
    EXPECT_TRUE(mentions(complaint_of([&] { file.read_volume_into(volume.data(), 7); }),
                         "takes 120 bytes; there is memory for 7"));
    EXPECT_TRUE(
        mentions(complaint_of([&] { file.read_into(volume.data(), 7); }), "takes 480 bytes; there is memory for 7"));
    EXPECT_TRUE(mentions(complaint_of([&] { file.read_volume(2, 0); }), "no time 2, channel 0"));
    EXPECT_TRUE(mentions(complaint_of([&] { file.read_volume(0, -1); }), "no time 0, channel -1"));
}

TEST(IoRoundTrip, TheSameImageGivesTheSameFile) {
    const Folder folder;
    const ImageInfo info = info_of(PixelType::uint16, {.c = 2, .z = 3, .y = 4, .x = 5});
    for (const char* name : {"a.tif", "a.ome.tif"}) {
        write_image(folder / name, info, voxels_for(info).data(), {.provenance = R"({"a": 1})"});
        const std::string once = bytes_of(folder / name);
        write_image(folder / name, info, voxels_for(info).data(), {.provenance = R"({"a": 1})"});
        EXPECT_EQ(bytes_of(folder / name), once);
    }
}

// The writer's choice shows in the header; the 4.6 GB never reach the disk, for the writer is destroyed before.
TEST(IoRoundTrip, BigTiffAboveFourGiB) {
    const Folder folder;
    const ImageInfo large = info_of(PixelType::uint8, {.t = 70000, .y = 256, .x = 256});  // 4.6 GB
    const std::vector<unsigned char> frame(256 * 256);
    ImageWriter writer(folder / "a.tif", large, {.compression = Compression::deflate});
    writer.append_raw(frame.data());
    const auto names = folder.names();
    ASSERT_EQ(names.size(), 1u);
    EXPECT_EQ(bytes_of(folder / names[0]).substr(0, 4), std::string("II\x2b\0", 4));
    EXPECT_TRUE(mentions(bytes_of(folder / names[0]), "<OME "));
}

}  // namespace
}  // namespace planapo::test
