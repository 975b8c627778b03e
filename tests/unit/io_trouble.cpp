// Files that are missing, cut off, damaged or lying, and disks that do not take what is written: one sentence each,
// nothing left behind.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "io_files.hpp"
#include "io_raw_tiff.hpp"

namespace planapo::test {
namespace {

std::string reading(const fs::path& path) {
    return complaint_of([&] { read_volume(path); });
}

TEST(IoTrouble, NoFileNoTiff) {
    const Folder folder;
    EXPECT_TRUE(mentions(reading(folder / "none.tif"), "none.tif': No such file or directory."));
    EXPECT_TRUE(mentions(reading(folder.path()), "is not a file but a folder"));
    put_bytes(folder / "empty.tif", "");
    EXPECT_TRUE(mentions(reading(folder / "empty.tif"), "is empty (0 bytes)"));
    put_bytes(folder / "a.tif", "\x89PNG\r\n\x1a\n and so on");
    EXPECT_TRUE(mentions(reading(folder / "a.tif"), "is not a TIFF file: it begins with the bytes 89 50 4e 47"));
    put_bytes(folder / "b.tif", "II");
    EXPECT_TRUE(mentions(reading(folder / "b.tif"), "is not a TIFF file"));
    put_bytes(folder / "c.tif", std::string("II*\0\x08\0\0\0", 8));
    EXPECT_FALSE(reading(folder / "c.tif").empty());
    ASSERT_EQ(mkfifo((folder / "pipe.tif").c_str(), 0600), 0);
    EXPECT_TRUE(mentions(reading(folder / "pipe.tif"), "is not a file."));  // and does not wait for a writer
}

TEST(IoTrouble, EveryTruncationIsNoticed) {
    const Folder folder;
    ImageInfo info;
    info.type = PixelType::uint16;
    info.size = {.t = 1, .c = 1, .z = 3, .y = 8, .x = 8};
    info.set_voxel_size({1, 0.5, 0.5});
    for (const char* name : {"a.tif", "a.ome.tif"})
        for (const Compression packing : {Compression::none, Compression::deflate}) {
            write_image(folder / name, info, voxels_for(info).data(), {.compression = packing});
            const std::string whole = bytes_of(folder / name);
            for (std::size_t length = 0; length < whole.size(); length += 7) {
                put_bytes(folder / "cut.tif", whole.substr(0, length));
                const std::string complaint = reading(folder / "cut.tif");
                EXPECT_TRUE(mentions(complaint, "cut.tif'"))
                    << name << " of " << whole.size() << " bytes cut at " << length << ": " << complaint;
            }
        }
}

TEST(IoTrouble, HeadersThatLie) {
    const Folder folder;
    const auto complaint = [&](const std::vector<RawEntry>& entries, std::uint32_t next = 0) {
        RawTiff file(ByteOrder::little);
        file.add(std::string(4 * 6 * 2, 'x'));
        file.finish({entries, next});
        put_bytes(folder / "a.tif", file.bytes());
        return reading(folder / "a.tif");
    };
    const std::vector<RawEntry> honest = grey_16_bit(4, 6, 8);
    EXPECT_EQ(complaint(honest), "");
    EXPECT_TRUE(mentions(complaint(grey_16_bit(4000000000u, 4000000000u, 8)), "a.tif' cannot be opened"));
    EXPECT_TRUE(
        mentions(complaint(with(honest, {TIFFTAG_IMAGEWIDTH, TIFF_LONG, 1, 4000000000u})), "truncated or damaged"));
    EXPECT_TRUE(mentions(complaint(with(honest, {TIFFTAG_IMAGELENGTH, TIFF_LONG, 1, 0})), "a.tif'"));
    EXPECT_TRUE(mentions(complaint(with(honest, {TIFFTAG_STRIPOFFSETS, TIFF_LONG, 1, 4000000000u})),
                         "should lie at byte 4000000000"));
    EXPECT_TRUE(mentions(complaint(with(honest, {TIFFTAG_SAMPLESPERPIXEL, TIFF_SHORT, 1, 60000})), "a.tif'"));
    EXPECT_TRUE(mentions(complaint(with(honest, {TIFFTAG_BITSPERSAMPLE, TIFF_SHORT, 1, 12})),
                         "holds unsigned integers of 12 bits"));
    EXPECT_TRUE(mentions(complaint(with(honest, {TIFFTAG_COMPRESSION, TIFF_SHORT, 1, COMPRESSION_ADOBE_DEFLATE})),
                         "cannot be unpacked"));
    EXPECT_TRUE(mentions(complaint(with(honest, {TIFFTAG_COMPRESSION, TIFF_SHORT, 1, 47000})), "a.tif'"));
    EXPECT_TRUE(mentions(complaint(honest, 56), "after page 1"));           // the header names itself as the next
    EXPECT_TRUE(mentions(complaint(honest, 4000000000u), "after page 1"));  // and one far away
    std::vector<RawEntry> tiles =
        with(with(honest, {TIFFTAG_TILEWIDTH, TIFF_LONG, 1, 1u << 30}), {TIFFTAG_TILELENGTH, TIFF_LONG, 1, 1u << 30});
    tiles = with(with(tiles, {TIFFTAG_TILEOFFSETS, TIFF_LONG, 1, 8}), {TIFFTAG_TILEBYTECOUNTS, TIFF_LONG, 1, 48});
    EXPECT_TRUE(mentions(complaint(tiles), "a.tif'"));
}

TEST(IoTrouble, ForeignNamesAreRefusedBeforeAnythingIsMade) {
    const Folder folder;
    const Volume<float> image(Shape{1, 1, 1});
    const auto writing = [&](const fs::path& path) { return complaint_of([&] { write_image(path, image); }); };
    EXPECT_TRUE(mentions(writing(folder / "a.png"), "its name must end in .tif, .tiff"));
    EXPECT_TRUE(mentions(writing(folder / "tif"), "its name must end in"));
    EXPECT_TRUE(mentions(writing(folder / "no" / "such" / "a.tif"), "there is no folder"));
    fs::create_directory(folder / "folder.tif");
    EXPECT_TRUE(mentions(writing(folder / "folder.tif"), "it exists and is not a file"));
    EXPECT_EQ(folder.names(), std::vector<std::string>{"folder.tif"});
}

TEST(IoTrouble, FolderThatMayNotBeWrittenTo) {
    if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    const Folder folder;
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    const Volume<float> image(Shape{1, 1, 1});
    EXPECT_TRUE(mentions(complaint_of([&] { write_image(folder / "a.tif", image); }), "Permission denied"));
    fs::permissions(folder.path(), fs::perms::owner_all);
}

// /proc takes no new files, whoever asks.
TEST(IoTrouble, FolderThatTakesNoFiles) {
    const Volume<float> image(Shape{1, 1, 1});
    EXPECT_TRUE(mentions(complaint_of([&] { write_image("/proc/a.tif", image); }),
                         "Cannot write '/proc/a.tif': no file can be made in '/proc'"));
}

/// While this lives no file grows beyond so many bytes: writing more fails as on a full disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int);
};

TEST(IoTrouble, DiskFull) {
    const Folder folder;
    Volume<float> image(Shape{20, 32, 32});  // 80 KiB
    std::fill_n(image.data(), image.shape().voxels(), 1.f);
    std::fill_n(image.view().data() == nullptr ? nullptr : const_cast<float*>(image.data()), image.shape().voxels(),
                1.f);
    put_bytes(folder / "a.tif", "what was there before");
    for (const rlim_t room : {0, 4, 100, 5000, 81000})
        for (const Compression packing : {Compression::none, Compression::deflate}) {
            if (packing == Compression::deflate && room > 100) continue;  // it would fit
            std::string complaint;
            {
                const FileSizeLimit limit(room);
                complaint = complaint_of([&] { write_image(folder / "a.tif", image, {}, {.compression = packing}); });
            }
            EXPECT_TRUE(mentions(complaint, "Cannot write '") && mentions(complaint, "a.tif': File too large after "))
                << room << ": " << complaint;
            EXPECT_EQ(folder.names(), std::vector<std::string>{"a.tif"});
            EXPECT_EQ(bytes_of(folder / "a.tif"), "what was there before");
        }
}

TEST(IoTrouble, MoreThanTheDiskHolds) {
    const Folder folder;
    ImageInfo info;
    info.size = {.t = 1 << 20, .c = 1, .z = 1 << 10, .y = 1 << 12, .x = 1 << 12};  // 64 EiB / 1024
    const std::string complaint = complaint_of([&] { ImageWriter(folder / "a.tif", info); });
    EXPECT_TRUE(mentions(complaint, "free some space")) << complaint;
    info.size.t = std::int64_t{1} << 40;
    EXPECT_TRUE(mentions(complaint_of([&] { ImageWriter(folder / "a.tif", info); }), "cannot be addressed"));
    EXPECT_TRUE(folder.names().empty());
}

TEST(IoTrouble, StoppedHalfWay) {
    const Folder folder;
    ImageInfo info;
    info.size = {.t = 4, .c = 1, .z = 2, .y = 3, .x = 3};
    const std::vector<unsigned char> voxels = voxels_for(info);
    int calls = 0;
    const Progress stop_at_second = [&](double, double) { return ++calls < 2; };
    EXPECT_THROW(write_image(folder / "a.tif", info, voxels.data(), {}, stop_at_second), Cancelled);
    EXPECT_TRUE(folder.names().empty());
    EXPECT_EQ(calls, 2);
    ImageWriter unfinished(folder / "a.tif", info);
    unfinished.append_raw(voxels.data());
    EXPECT_TRUE(mentions(complaint_of([&] { unfinished.finish(); }), "Only 1 of 4 time points"));
    write_image(folder / "b.tif", info, voxels.data());
    calls = 0;
    std::vector<unsigned char> memory(voxels.size());
    EXPECT_THROW(read_into(folder / "b.tif", memory.data(), info.bytes(), stop_at_second), Cancelled);
}

TEST(IoTrouble, LinksAndPermissionsStay) {
    const Folder folder;
    const Volume<float> image(Shape{1, 1, 1});
    put_bytes(folder / "real.tif", "old");
    fs::permissions(folder / "real.tif", fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
    fs::create_symlink("real.tif", folder / "link.tif");
    write_image(folder / "link.tif", image);
    EXPECT_TRUE(fs::is_symlink(folder / "link.tif"));
    EXPECT_EQ(read_info(folder / "real.tif").size, ImageSize{});
    EXPECT_EQ(fs::status(folder / "real.tif").permissions(),
              fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

}  // namespace
}  // namespace planapo::test
