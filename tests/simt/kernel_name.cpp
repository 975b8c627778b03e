// The name of a kernel, for messages: from the symbol table of the file that it was loaded from, which knows hidden and
// static functions too (dladdr does not).
#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <vector>

#include "text.hpp"

namespace simt {
namespace {

template <typename T>
std::vector<T> read(std::ifstream& file, std::uint64_t offset, std::uint64_t count) {
    std::vector<T> items(count);
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(reinterpret_cast<char*>(items.data()), static_cast<std::streamsize>(count * sizeof(T)));
    return items;
}

/// The mangled name of the function at `address`; empty if the file was stripped.
std::string symbol_at(const void* address) {
    Dl_info loaded;
    if (!dladdr(address, &loaded)) return {};
    std::ifstream file(loaded.dli_fname, std::ios::binary);
    const auto header = read<Elf64_Ehdr>(file, 0, 1)[0];
    const auto base = header.e_type == ET_DYN ? reinterpret_cast<std::uintptr_t>(loaded.dli_fbase) : 0;
    const auto value = reinterpret_cast<std::uintptr_t>(address) - base;
    const auto sections = read<Elf64_Shdr>(file, header.e_shoff, file ? header.e_shnum : 0);
    for (const auto& section : sections) {
        if (section.sh_type != SHT_SYMTAB) continue;
        const auto& names = sections[section.sh_link];
        const auto letters = read<char>(file, names.sh_offset, names.sh_size);
        for (const auto& symbol : read<Elf64_Sym>(file, section.sh_offset, section.sh_size / sizeof(Elf64_Sym)))
            if (symbol.st_value == value && ELF64_ST_TYPE(symbol.st_info) == STT_FUNC)
                return letters.data() + symbol.st_name;
    }
    return {};
}

/// "void planapo::box_kernel<8>(planapo::View<float>)" without result and arguments.
std::string without_signature(std::string name) {
    if (name.starts_with("void ")) name.erase(0, 5);
    int depth = 0;  // of template brackets
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '<') ++depth;
        if (name[i] == '>') --depth;
        const bool unnamed = name.compare(i, 11, "(anonymous ") == 0;
        if (name[i] == '(' && depth == 0 && !unnamed) return name.substr(0, i);
    }
    return name;
}

}  // namespace

std::string kernel_name(const void* kernel) {
    const auto symbol = symbol_at(kernel);
    if (symbol.empty()) return "a kernel";
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> readable(
        abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);
    return status == 0 ? without_signature(readable.get()) : symbol;
}

}  // namespace simt
