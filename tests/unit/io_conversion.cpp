// Floats to integers: rounded, saturated, counted.
#include <cmath>
#include <limits>

#include "io_files.hpp"

namespace planapo::test {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

struct Written {
    std::vector<double> voxels;
    WriteReport report;
};

template <typename Stored, typename Given>
Written written_as(const std::vector<Given>& values, PixelType given, PixelType stored) {
    const Folder folder;
    ImageInfo info;
    info.type = given;
    info.size.x = static_cast<std::int64_t>(values.size());
    const WriteReport report = write_image(folder / "a.ome.tif", info, values.data(), {.type = stored});
    EXPECT_EQ(read_info(folder / "a.ome.tif").type, stored);
    const std::vector<unsigned char> bytes = read_all(folder / "a.ome.tif");
    const auto* typed = reinterpret_cast<const Stored*>(bytes.data());
    return {std::vector<double>(typed, typed + values.size()), report};
}

TEST(IoConversion, RoundsToNearestHalvesToEven) {
    const auto [voxels, report] = written_as<std::uint16_t>(
        std::vector<float>{0.49f, 0.5f, 0.51f, 1.5f, 2.5f, 99.4999f, 65534.5f}, PixelType::float32, PixelType::uint16);
    EXPECT_EQ(voxels, (std::vector<double>{0, 0, 1, 2, 2, 99, 65534}));
    EXPECT_EQ(report.clipped_voxels, 0);
}

TEST(IoConversion, SaturatesAndCounts) {
    // Clipped: what rounds to a number outside [0, 255], and NaN. -0.5 rounds to 0 and 255.4 to 255: neither.
    const std::vector<float> values{-1e30f, -1, -0.5f, 0, 255, 255.4f, 255.5f, 300, 1e30f, infinity, -infinity, nan};
    const auto [voxels, report] = written_as<std::uint8_t>(values, PixelType::float32, PixelType::uint8);
    EXPECT_EQ(voxels, (std::vector<double>{0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0}));
    EXPECT_EQ(report.clipped_voxels, 8);
    EXPECT_DOUBLE_EQ(report.clipped_share, 8.0 / 12);
}

TEST(IoConversion, SignedIntegersSaturateOnBothSides) {
    const auto [voxels, report] = written_as<std::int8_t>(
        std::vector<float>{-129, -128.5f, -128, -3.5f, 127, 127.5f, nan}, PixelType::float32, PixelType::int8);
    EXPECT_EQ(voxels, (std::vector<double>{-128, -128, -128, -4, 127, 127, 0}));
    EXPECT_EQ(report.clipped_voxels, 3);
}

TEST(IoConversion, ThirtyTwoBitLimitsAreExact) {
    // The nearest floats to 2^31 and 2^32 lie outside the integers' ranges by one.
    const auto [large, large_report] = written_as<std::uint32_t>(std::vector<float>{4294967296.f, 4294967040.f, -1},
                                                                 PixelType::float32, PixelType::uint32);
    EXPECT_EQ(large, (std::vector<double>{4294967295.0, 4294967040.0, 0}));
    EXPECT_EQ(large_report.clipped_voxels, 2);
    const auto [both, both_report] =
        written_as<std::int32_t>(std::vector<float>{2147483648.f, -2147483648.f}, PixelType::float32, PixelType::int32);
    EXPECT_EQ(both, (std::vector<double>{2147483647.0, -2147483648.0}));
    EXPECT_EQ(both_report.clipped_voxels, 1);
}

TEST(IoConversion, BetweenIntegersAndToFloats) {
    EXPECT_EQ((written_as<std::uint8_t>(std::vector<std::int16_t>{-1, 0, 255, 256}, PixelType::int16, PixelType::uint8)
                   .voxels),
              (std::vector<double>{0, 0, 255, 255}));
    EXPECT_EQ(
        (written_as<float>(std::vector<std::uint32_t>{16777217, 4294967295u}, PixelType::uint32, PixelType::float32)
             .voxels),
        (std::vector<double>{16777216, 4294967296.0}));  // to the nearest float
    const auto [voxels, report] =
        written_as<float>(std::vector<double>{1e300, -1e300, 0.1}, PixelType::float64, PixelType::float32);
    EXPECT_EQ(voxels,
              (std::vector<double>{std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest(), 0.1f}));
    EXPECT_EQ(report.clipped_voxels, 2);
}

TEST(IoConversion, FloatsStayAsTheyAre) {
    const auto [voxels, report] =
        written_as<float>(std::vector<float>{infinity, -0.f, 1e-42f}, PixelType::float32, PixelType::float32);
    EXPECT_EQ(voxels, (std::vector<double>{infinity, 0, 1e-42f}));
    EXPECT_EQ(report.clipped_voxels, 0);
}

TEST(IoConversion, EveryTypeIsReadAsFloats) {
    const Folder folder;
    const auto expect_kept = [&](auto value, PixelType type) {
        ImageInfo info;
        info.type = type;
        write_image(folder / "a.ome.tif", info, &value);
        EXPECT_EQ(read_volume(folder / "a.ome.tif").data()[0], static_cast<float>(value)) << to_string(type);
    };
    expect_kept(std::uint8_t{200}, PixelType::uint8);
    expect_kept(std::int8_t{-100}, PixelType::int8);
    expect_kept(std::uint16_t{60000}, PixelType::uint16);
    expect_kept(std::int16_t{-30000}, PixelType::int16);
    expect_kept(std::uint32_t{4000000000u}, PixelType::uint32);
    expect_kept(std::int32_t{-2000000000}, PixelType::int32);
    expect_kept(0.1f, PixelType::float32);
    expect_kept(0.1, PixelType::float64);
}

TEST(IoConversion, NamesOfTypes) {
    for (int i = 0; i < 8; ++i) EXPECT_EQ(pixel_type(to_string(static_cast<PixelType>(i))), static_cast<PixelType>(i));
    EXPECT_TRUE(mentions(complaint_of([] { pixel_type("float16"); }), "'float16' is no pixel type"));
}

}  // namespace
}  // namespace planapo::test
