// Files as other programs lay them out: byte orders, strips and tiles, colours, thumbnails, ImageJ's and tifffile's
// conventions.
#include "io_files.hpp"

namespace planapo::test {
namespace {

TEST(IoLayouts, ByteOrdersOffsetsCuttingsAndPackings) {
    const Folder folder;
    for (const char* mode : {"wl", "wb", "wl8", "wb8"})
        for (const Cut cut : {Cut::strips, Cut::tiles})
            for (const int packing : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_PACKBITS,
                                      COMPRESSION_ADOBE_DEFLATE, COMPRESSION_ZSTD, COMPRESSION_LZMA})
                for (const int predictor : {PREDICTOR_NONE, PREDICTOR_HORIZONTAL}) {
                    if (!TIFFIsCODECConfigured(static_cast<std::uint16_t>(packing))) continue;
                    SCOPED_TRACE(std::string(mode) + " packing " + std::to_string(packing) + " predictor " +
                                 std::to_string(predictor));
                    const bool predicts = packing != COMPRESSION_NONE && packing != COMPRESSION_PACKBITS;
                    const Tags tags = [&](TIFF* tiff) {
                        TIFFSetField(tiff, TIFFTAG_COMPRESSION, packing);
                        if (predicts) TIFFSetField(tiff, TIFFTAG_PREDICTOR, predictor);
                    };
                    write_pages(
                        folder / "a.tif",
                        {addressed(0, 10, 12, 1, tags), addressed(1, 10, 12, 1, tags), addressed(2, 10, 12, 1, tags)},
                        mode, cut);
                    expect_addressed(folder / "a.tif", {.z = 3, .y = 10, .x = 12});
                }
}

TEST(IoLayouts, TilesThatDoNotFitTheImage) {
    const Folder folder;
    for (const auto& [height, width] : {std::pair{1, 1}, {16, 16}, {17, 33}, {11, 50}}) {
        write_pages(folder / "a.tif", {addressed(0, height, width)}, "w", Cut::tiles);
        expect_addressed(folder / "a.tif", {.y = height, .x = width});
    }
}

TEST(IoLayouts, SamplesAreChannels) {
    const Folder folder;
    for (const int order : {PLANARCONFIG_CONTIG, PLANARCONFIG_SEPARATE})
        for (const Cut cut : {Cut::strips, Cut::tiles})
            for (const int samples : {2, 3, 5}) {
                const Tags tags = [&](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, order); };
                write_pages(folder / "a.tif", {addressed(0, 9, 20, samples, tags), addressed(1, 9, 20, samples, tags)},
                            "w", cut);
                expect_addressed(folder / "a.tif", {.c = samples, .z = 2, .y = 9, .x = 20});
            }
}

TEST(IoLayouts, ThumbnailsAreNoPlanes) {
    const Folder folder;
    const Tags thumbnail = [](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE); };
    write_pages(folder / "a.tif", {addressed(0, 8, 9), addressed(5, 2, 2, 1, thumbnail), addressed(1, 8, 9)});
    expect_addressed(folder / "a.tif", {.z = 2, .y = 8, .x = 9});
    write_pages(folder / "a.tif", {addressed(0, 8, 9), addressed(1, 8, 8)});
    EXPECT_TRUE(
        mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "differ: one is 8 x 9 of uint16, page 2 of"));
    write_pages(folder / "a.tif", {addressed(0, 2, 2, 1, thumbnail)});
    expect_addressed(folder / "a.tif", {.y = 2, .x = 2});
}

TEST(IoLayouts, KindsThatAreRefusedByName) {
    const Folder folder;
    const auto complaint = [&](const Tags& tags) {
        write_pages(folder / "a.tif", {addressed(0, 4, 6, 1, tags)});
        return complaint_of([&] { read_info(folder / "a.tif"); });
    };
    EXPECT_TRUE(mentions(complaint([](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP); }),
                         "holds floats of 16 bits"));
    EXPECT_TRUE(mentions(complaint([](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_CIELAB); }),
                         "colours of TIFF's kind 8"));
    EXPECT_TRUE(
        mentions(complaint([](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_IMAGEDEPTH, 3u); }), "volume in one page"));
    EXPECT_TRUE(mentions(complaint([](TIFF* tiff) {
                             char name[] = "stk";
                             const TIFFFieldInfo field{
                                 33629, TIFF_VARIABLE2, TIFF_VARIABLE2, TIFF_LONG, FIELD_CUSTOM, 1, 1, name};
                             TIFFMergeFieldInfo(tiff, &field, 1);
                             const std::uint32_t planes[] = {1, 2, 3};
                             TIFFSetField(tiff, 33629, 3u, planes);
                         }),
                         "MetaMorph STK"));
}

}  // namespace
}  // namespace planapo::test
