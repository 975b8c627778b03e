// Numbers, units and encodings as image files write them.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace planapo::io {

/// The whole of `text` (blanks around it aside) as a number, whatever the locale; empty if it is none or does not fit.
template <typename Number>
std::optional<Number> number(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '+')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// A length that can be one: finite and not 0 (its sign is dropped: some programs count z downwards).
std::optional<double> positive(std::optional<double> value);

/// Micrometres in a unit of length, seconds in one of time; empty for "pixel", unknown units and none.
std::optional<double> micrometres_per(std::string_view unit);
std::optional<double> seconds_per(std::string_view unit);

/// `text` if it is UTF-8, else what it says as Latin-1.
std::string as_utf8(std::string_view text);

/// ImageJ's Info and labels: UTF-16 in the file's byte order. What is not valid becomes U+FFFD.
std::string from_utf16(std::string_view bytes, bool big_endian);
std::string to_utf16_little_endian(std::string_view utf8);

}  // namespace planapo::io
