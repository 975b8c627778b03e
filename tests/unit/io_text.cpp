// Units, numbers and encodings.
#include <gtest/gtest.h>

#include "io/pixel_types.hpp"
#include "io/text.hpp"

namespace planapo::io {
namespace {

TEST(IoText, Numbers) {
    EXPECT_EQ(number<std::int64_t>(" 12\r"), 12);
    EXPECT_EQ(number<std::int64_t>("-12"), -12);
    for (const char* none : {"", " ", "12a", "1.5", "9223372036854775808", "0x10"})
        EXPECT_FALSE(number<std::int64_t>(none)) << none;
    EXPECT_EQ(number<double>("1.5e-3"), 1.5e-3);
    EXPECT_EQ(number<double>("+0.25"), 0.25);
    for (const char* none : {"", "1,5", "1e999", "1.5 um"}) EXPECT_FALSE(number<double>(none)) << none;
    EXPECT_EQ(positive(-2), 2);
    EXPECT_FALSE(positive(0) || positive(1 / 0.0) || positive(0 / 0.0) || positive(std::nullopt));
}

TEST(IoText, Units) {
    for (const char* um : {"\u00B5m", "\u03BCm", "um", "micron", "\\u00B5m", "\\\\u00B5m"})
        EXPECT_EQ(micrometres_per(um), 1) << um;
    EXPECT_EQ(micrometres_per("nm"), 1e-3);
    EXPECT_EQ(micrometres_per("\u00C5"), 1e-4);
    EXPECT_EQ(micrometres_per("inch"), 25400);
    for (const char* none : {"", "pixel", "reference frame", "u00B5m", "lightyear"})
        EXPECT_FALSE(micrometres_per(none)) << none;
    EXPECT_EQ(seconds_per("ms"), 1e-3);
    EXPECT_EQ(seconds_per("min"), 60);
    EXPECT_FALSE(seconds_per("fortnight"));
}

TEST(IoText, Encodings) {
    const std::string text = "a\u00B5\u20AC\U0001F52C";
    EXPECT_EQ(as_utf8(text), text);
    EXPECT_EQ(as_utf8("\xB5m"), "\u00B5m");                    // Latin-1
    EXPECT_EQ(as_utf8("\xC0\x80"), "\u00C0\u0080");            // a zero in two bytes is not UTF-8
    EXPECT_EQ(as_utf8("\xED\xA0\x80"), "\u00ED\u00A0\u0080");  // nor is half a surrogate pair
    EXPECT_EQ(from_utf16(to_utf16_little_endian(text), false), text);
    EXPECT_EQ(from_utf16(std::string("\0a\x20\xAC", 4), true), "a\u20AC");
    EXPECT_EQ(from_utf16(std::string("\x3C\xD8", 2), false), "\uFFFD");  // a surrogate without its other half
    EXPECT_EQ(from_utf16("a", false), "");                               // half a letter
}

TEST(IoText, RangesIgnoreWhatIsNotFinite) {
    const float values[] = {0 / 0.f, 3, -1 / 0.f, -2, 1 / 0.f};
    EXPECT_EQ(finite_range(values, PixelType::float32, 5), std::pair(-2.0, 3.0));
    EXPECT_EQ(finite_range(values, PixelType::float32, 1), std::pair(0.0, 0.0));
}

TEST(IoText, BytesSwap) {
    std::uint32_t words[] = {0x01020304, 0xA0B0C0D0};
    swap_bytes(words, 4, 2);
    EXPECT_EQ(words[0], 0x04030201u);
    EXPECT_EQ(words[1], 0xD0C0B0A0u);
}

}  // namespace
}  // namespace planapo::io
