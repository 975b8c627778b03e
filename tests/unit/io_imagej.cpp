// ImageJ's and tifffile's conventions, from files written by libtiff or by hand.
#include "io_files.hpp"
#include "io_raw_tiff.hpp"

namespace planapo::test {
namespace {

using namespace std::string_literals;

/// t 2, c 2, z 3 in ImageJ's order of pages.
std::vector<TestPage> imagej_pages(const std::string& description, Tags tags = {}) {
    std::vector<TestPage> pages;
    for (int t = 0; t < 2; ++t)
        for (int z = 0; z < 3; ++z)
            for (int c = 0; c < 2; ++c)
                pages.push_back({.voxel = [=](auto y, auto x, auto) { return address(t, c, z, y, x); },
                                 .description = pages.empty() ? description : "",
                                 .more_tags = tags});
    return pages;
}

TEST(IoImageJ, Hyperstacks) {
    const Folder folder;
    const std::string hyperstack = "ImageJ=1.53c\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\n";
    write_pages(folder / "a.tif", imagej_pages(hyperstack), "wb");
    expect_addressed(folder / "a.tif", {.t = 2, .c = 2, .z = 3, .y = 4, .x = 6});
    write_pages(folder / "a.tif", imagej_pages("ImageJ=1.53c\nimages=12\nslices=12\n"));
    EXPECT_EQ(read_info(folder / "a.tif").size.z, 12);
    write_pages(folder / "a.tif", imagej_pages("ImageJ=1.53c\nimages=13\nslices=13\n"));
    EXPECT_TRUE(mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "states 13 planes and holds 12 pages"));
    write_pages(folder / "a.tif", imagej_pages("ImageJ=1.53c\nchannels=-2\nslices=3\nframes=2\n"));
    EXPECT_TRUE(mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "-2 channels"));
    write_pages(folder / "a.tif", imagej_pages("ImageJ=1.53c\nchannels=4294967296\nslices=4294967296\nframes=2\n"));
    EXPECT_TRUE(mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "cannot be"));
}

struct Scale {
    const char* text;           // of the description
    double resolution;          // of the tags
    int unit;                   // of the tags
    double x_um, z_um, time_s;  // 0: not stated
};

TEST(IoImageJ, Units) {
    const Folder folder;
    const Scale scales[] = {{"unit=micron\nspacing=0.5\nfinterval=2\n", 10, RESUNIT_NONE, 0.1, 0.5, 2},
                            {"unit=\\u00B5m\nspacing=160\n", 0.015239, RESUNIT_NONE, 1 / 0.015239, 160, 0},
                            {"unit=\u00B5m\nspacing=-2\n", 4, RESUNIT_NONE, 0.25, 2, 0},
                            {"unit=um\nspacing=2\n", 40000, RESUNIT_CENTIMETER, 0.25, 2, 0},
                            {"unit=nm\nspacing=200\nfinterval=5\ntunit=min\n", 0.01, RESUNIT_NONE, 0.1, 0.2, 300},
                            {"unit=inch\nspacing=0.001\n", 1000, RESUNIT_INCH, 25.4, 25.4, 0},
                            {"unit=micron\nzunit=nm\nspacing=300\nfps=4\n", 5, RESUNIT_NONE, 0.2, 0.3, 0.25},
                            {"unit=pixel\nspacing=1\n", 1, RESUNIT_NONE, 0, 0, 0},
                            {"spacing=0.5\n", 10, RESUNIT_NONE, 0, 0, 0},
                            {"", 72, RESUNIT_INCH, 0, 0, 0},
                            {"unit=micron\nspacing=nan\nfinterval=0\n", 0, RESUNIT_NONE, 0, 0, 0}};
    for (const Scale& scale : scales) {
        SCOPED_TRACE(scale.text);
        const Tags tags = [&](TIFF* tiff) {
            TIFFSetField(tiff, TIFFTAG_XRESOLUTION, scale.resolution);
            TIFFSetField(tiff, TIFFTAG_YRESOLUTION, scale.resolution);
            TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, scale.unit);
        };
        write_pages(folder / "a.tif",
                    imagej_pages("ImageJ=1.53c\nchannels=2\nslices=3\nframes=2\n" + std::string(scale.text), tags));
        const ImageInfo info = read_info(folder / "a.tif");
        // 1e-6: the ratio in the tag, as above.
        EXPECT_NEAR(info.voxel_x_um.value_or(0), scale.x_um, 1e-6 * scale.x_um);
        EXPECT_NEAR(info.voxel_y_um.value_or(0), scale.x_um, 1e-6 * scale.x_um);
        EXPECT_NEAR(info.voxel_z_um.value_or(0), scale.z_um, 1e-12);
        EXPECT_NEAR(info.time_step_s.value_or(0), scale.time_s, 1e-12);
    }
}

TEST(IoPlain, Resolution) {
    const Folder folder;
    const auto x_um = [&](double resolution, int unit) {
        const Tags tags = [&](TIFF* tiff) {
            TIFFSetField(tiff, TIFFTAG_XRESOLUTION, resolution);
            TIFFSetField(tiff, TIFFTAG_YRESOLUTION, resolution);
            TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, unit);
        };
        write_pages(folder / "a.tif", {addressed(0, 4, 6, 1, tags)});
        return read_info(folder / "a.tif").voxel_x_um.value_or(0);
    };
    EXPECT_NEAR(x_um(100000, RESUNIT_CENTIMETER), 0.1, 1e-7);
    EXPECT_NEAR(x_um(254000, RESUNIT_INCH), 0.1, 1e-7);
    for (const double printing : {72, 96, 300, 600}) EXPECT_EQ(x_um(printing, RESUNIT_INCH), 0) << printing;
    EXPECT_EQ(x_um(72 / 2.54, RESUNIT_CENTIMETER), 0);
    EXPECT_EQ(x_um(10, RESUNIT_NONE), 0);
}

/// One page's header, then all planes: what ImageJ writes above 4 GiB.
TEST(IoImageJ, PlanesWithoutHeaders) {
    const Folder folder;
    for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
        RawTiff file(order);
        const std::uint32_t description = file.add("ImageJ=1.53c\nimages=5\nslices=5\n\0"s), planes = file.size();
        for (int i = 0; i < 5 * 24; ++i) file.add_number(address(0, 0, i / 24, i / 6 % 4, i % 6), 2);
        const auto entries = grey_16_bit(4, 6, planes);
        file.finish({.entries = with(entries, {TIFFTAG_IMAGEDESCRIPTION, TIFF_ASCII, 32, description})});
        put_bytes(folder / "a.tif", file.bytes());
        expect_addressed(folder / "a.tif", {.z = 5, .y = 4, .x = 6});
        file.set_at(description + 29, "9");
        put_bytes(folder / "a.tif", file.bytes());
        EXPECT_TRUE(mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "truncated: its 9 planes"));
    }
}

TEST(IoPlain, ShapesThatTifffileLeaves) {
    const Folder folder;
    const auto write = [&](const std::string& description) {
        std::vector<TestPage> pages;
        for (int i = 0; i < 6; ++i)
            pages.push_back({.voxel = [i](auto...) { return i; }, .description = i == 0 ? description : ""});
        write_pages(folder / "a.tif", pages);
    };
    write(R"({"shape": [6, 4, 6]})");
    EXPECT_EQ(read_info(folder / "a.tif").size.z, 6);
    write(R"({"shape": [1, 6, 1, 4, 6]})");
    EXPECT_EQ(read_info(folder / "a.tif").size.z, 6);
    write(R"({"shape": [2, 3, 4, 6], "axes": "TZYX"})");
    EXPECT_EQ(read_info(folder / "a.tif").size, (ImageSize{.t = 2, .z = 3, .y = 4, .x = 6}));
    write(R"({"shape": [3, 2, 4, 6], "axes": "ZCYX"})");
    EXPECT_EQ(read_info(folder / "a.tif").size, (ImageSize{.c = 2, .z = 3, .y = 4, .x = 6}));
    EXPECT_EQ(ImageFile(folder / "a.tif").read_volume(0, 1).data()[0], 1) << "z 0 of channel 1 is the second page";
    write(R"({"shape": [2, 3, 4, 6]})");
    EXPECT_TRUE(mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "array of 4 axes that are not named"));
    write(R"({"shape": [7, 4, 6]})");
    EXPECT_TRUE(mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "states 7 planes and holds 6 pages"));
    write(R"({"shape": "nonsense)");
    EXPECT_EQ(read_info(folder / "a.tif").size.z, 6);
}

}  // namespace
}  // namespace planapo::test
