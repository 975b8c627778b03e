// The words of messages.
#include "text.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
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

std::string kernel_name(const void* kernel) {
    Dl_info symbol;
    if (!dladdr(kernel, &symbol) || !symbol.dli_sname || symbol.dli_saddr != kernel) return "a kernel";
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> readable(
        abi::__cxa_demangle(symbol.dli_sname, nullptr, nullptr, &status), std::free);
    if (status != 0) return symbol.dli_sname;
    std::string name = readable.get();  // "void planapo::box_kernel<8>(planapo::View<float>)"
    if (name.starts_with("void ")) name.erase(0, 5);
    int depth = 0;  // of template brackets
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '<') ++depth;
        if (name[i] == '>') --depth;
        if (name[i] == '(' && depth == 0) return name.substr(0, i);
    }
    return name;
}

}  // namespace simt
