// The words of messages.
#include "text.hpp"

#include <fmt/format.h>

#include <string_view>

namespace simt {

std::string file_of(Place place) {
    const std::string_view file = place.file;
    const auto name = file.rfind('/');
    const auto folder = name == file.npos || name == 0 ? file.npos : file.rfind('/', name - 1);
    return std::string(folder == file.npos ? file : file.substr(folder + 1));
}

std::string text(Place place) { return fmt::format("{}:{}", file_of(place), place.line); }

std::string text(const uint3& index) { return fmt::format("({}, {}, {})", index.x, index.y, index.z); }

}  // namespace simt
