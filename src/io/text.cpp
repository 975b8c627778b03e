// Numbers, units and encodings as image files write them.
#include "text.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

namespace planapo::io {

namespace {

constexpr char32_t replacement = 0xFFFD;

void append_utf8(std::string& out, char32_t code) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | (code >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

/// The code point at the front of `text` and its length in bytes; length 0 if the bytes there are not UTF-8.
std::pair<char32_t, std::size_t> front_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80) return {byte(0), 1};
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return {0, 0};
    char32_t code = byte(0) & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {0, 0};
        code = (code << 6) | (byte(i) & 0x3Fu);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    if (code < smallest[length] || code > 0x10FFFF || surrogate) return {0, 0};
    return {code, length};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = front_of(text).second;
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

/// ImageJ writes the micro sign as the six characters \u00B5, sometimes with the backslash doubled.
std::string without_escapes(std::string_view unit) {
    const std::size_t escape = unit.find("u00B5");
    if (escape == std::string_view::npos || escape == 0 || unit[escape - 1] != '\\') return std::string(unit);
    std::size_t start = escape;
    while (start > 0 && unit[start - 1] == '\\') --start;
    return std::string(unit.substr(0, start)) + "µ" + std::string(unit.substr(escape + 5));
}

struct Unit {
    std::string_view name;
    double size;
};

template <std::size_t count>
std::optional<double> look_up(const Unit (&units)[count], std::string_view name) {
    for (const Unit& unit : units)
        if (unit.name == name) return unit.size;
    return std::nullopt;
}

}  // namespace

std::optional<double> positive(std::optional<double> value) {
    if (!value || !std::isfinite(*value) || *value == 0) return std::nullopt;
    return std::abs(*value);
}

std::optional<double> micrometres_per(std::string_view unit) {
    // Both micro signs are in use: U+00B5 and the Greek letter U+03BC.
    static constexpr Unit lengths[] = {
        {"\u00B5m", 1},      {"\u03BCm", 1}, {"um", 1},           {"micron", 1}, {"microns", 1}, {"micrometer", 1},
        {"micrometre", 1},   {"nm", 1e-3},   {"nanometer", 1e-3}, {"pm", 1e-6},  {"fm", 1e-9},   {"\u00C5", 1e-4},
        {"angstrom", 1e-4},  {"mm", 1e3},    {"millimeter", 1e3}, {"cm", 1e4},   {"dm", 1e5},    {"m", 1e6},
        {"meter", 1e6},      {"km", 1e9},    {"inch", 25400},     {"in", 25400}, {"thou", 25.4}, {"mil", 25.4},
        {"centimeter", 1e4}, {"ft", 304800},
    };
    return look_up(lengths, without_escapes(unit));
}

std::optional<double> seconds_per(std::string_view unit) {
    static constexpr Unit times[] = {
        {"s", 1},          {"sec", 1},        {"second", 1},  {"seconds", 1},  {"ms", 1e-3}, {"msec", 1e-3},
        {"\u00B5s", 1e-6}, {"\u03BCs", 1e-6}, {"us", 1e-6},   {"ns", 1e-9},    {"min", 60},  {"minute", 60},
        {"minutes", 60},   {"h", 3600},       {"hour", 3600}, {"hours", 3600}, {"d", 86400}, {"day", 86400},
    };
    return look_up(times, without_escapes(unit));
}

std::string as_utf8(std::string_view text) {
    if (is_utf8(text)) return std::string(text);
    std::string out;
    for (const char byte : text) append_utf8(out, static_cast<unsigned char>(byte));
    return out;
}

std::string from_utf16(std::string_view bytes, bool big_endian) {
    const auto unit = [&](std::size_t i) {
        const auto high = static_cast<unsigned char>(bytes[2 * i + (big_endian ? 0 : 1)]);
        const auto low = static_cast<unsigned char>(bytes[2 * i + (big_endian ? 1 : 0)]);
        return static_cast<char32_t>(high << 8 | low);
    };
    std::string out;
    const std::size_t count = bytes.size() / 2;
    for (std::size_t i = 0; i < count; ++i) {
        char32_t code = unit(i);
        if (code >= 0xD800 && code < 0xE000) {
            const bool pair = code < 0xDC00 && i + 1 < count && unit(i + 1) >= 0xDC00 && unit(i + 1) < 0xE000;
            code = pair ? 0x10000 + ((code - 0xD800) << 10) + (unit(++i) - 0xDC00) : replacement;
        }
        append_utf8(out, code);
    }
    return out;
}

std::string to_utf16_little_endian(std::string_view utf8) {
    std::string out;
    const auto put = [&](char32_t unit) { (out += static_cast<char>(unit & 0xFF)) += static_cast<char>(unit >> 8); };
    while (!utf8.empty()) {
        const auto [code, length] = front_of(utf8);
        utf8.remove_prefix(length == 0 ? 1 : length);
        if (length == 0) {
            put(replacement);
        } else if (code < 0x10000) {
            put(code);
        } else {
            put(0xD800 + ((code - 0x10000) >> 10));
            put(0xDC00 + ((code - 0x10000) & 0x3FF));
        }
    }
    return out;
}

}  // namespace planapo::io
