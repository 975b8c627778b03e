// Sentences for the errors.
#pragma once

#include <string>
#include <utility>

#include <fmt/format.h>

#include <planapo/error.hpp>

namespace planapo {

/// Throws `InvalidArgument` with the sentence unless `holds`.
template <typename... Parts>
void require(bool holds, fmt::format_string<Parts...> sentence, Parts&&... parts) {
    if (!holds) throw InvalidArgument(fmt::format(sentence, std::forward<Parts>(parts)...));
}

/// "1 voxel", "2 voxels"
template <typename Number>
std::string counted(Number number, const char* noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

/// "0.037 %", "4.2 %", "100 %"
inline std::string percent(double share) {
    const double value = 100 * share;
    return value < 9.95 ? fmt::format("{:.2g} %", value) : fmt::format("{:.0f} %", value);
}

}  // namespace planapo
