#include "platform.hpp"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace planapo::platform {

namespace fs = std::filesystem;

SharedLibrary SharedLibrary::open(const std::string& name_or_path) {
    SharedLibrary library;
    library.handle_ = dlopen(name_or_path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library.handle_ == nullptr) library.error_ = dlerror();
    return library;
}

void* SharedLibrary::symbol(const char* name) const { return handle_ ? dlsym(handle_, name) : nullptr; }

fs::path library_folder() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&library_folder), &info) == 0 || info.dli_fname == nullptr) return {};
    std::error_code failed;
    const fs::path path = fs::canonical(info.dli_fname, failed);
    return failed ? fs::path() : path.parent_path();
}

std::string environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value ? value : "";
}

std::vector<fs::path> folders_of(const char* variable) {
    std::vector<fs::path> folders;
    std::istringstream list(environment(variable));
    for (std::string folder; std::getline(list, folder, ':');)
        if (!folder.empty()) folders.emplace_back(folder);
    return folders;
}

fs::path cache_folder() {
    fs::path base = environment("XDG_CACHE_HOME");
    if (base.empty() && !environment("HOME").empty()) base = fs::path(environment("HOME")) / ".cache";
    if (base.empty()) return {};
    std::error_code failed;
    fs::create_directories(base / "planapo", failed);
    return failed ? fs::path() : base / "planapo";
}

void* allocate(std::int64_t bytes) {
    // 2 MiB: one large page. Page faults on 4 KiB pages cost a third of a one-off deconvolution.
    constexpr std::int64_t large_page = 2 << 20, vector = 64;
    const std::int64_t alignment = bytes >= large_page ? large_page : vector;
    void* memory = nullptr;
    if (posix_memalign(&memory, static_cast<std::size_t>(alignment),
                       static_cast<std::size_t>(std::max(bytes, vector))) != 0)
        return nullptr;
    if (bytes >= large_page) madvise(memory, static_cast<std::size_t>(bytes), MADV_HUGEPAGE);
    return memory;
}

void release(void* memory) noexcept { std::free(memory); }

namespace {

/// The number behind `key` in a file of "key: number kB" lines, in bytes; -1 if it is not there.
std::int64_t kilobytes_of(const char* file, const std::string& key) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (line.compare(0, key.size(), key) == 0) return std::atoll(line.c_str() + key.size()) * 1024;
    return -1;
}

/// The number in a one-line file; -1 if there is none ("max" means no limit).
std::int64_t number_in(const char* file) {
    std::int64_t number = -1;
    std::ifstream in(file);
    return in >> number ? number : -1;
}

}  // namespace

std::int64_t total_memory_bytes() {
    const std::int64_t machine = kilobytes_of("/proc/meminfo", "MemTotal:");
    const std::int64_t limit = number_in("/sys/fs/cgroup/memory.max");
    return limit > 0 ? std::min(machine, limit) : machine;
}

std::int64_t available_memory_bytes() {
    const std::int64_t machine = kilobytes_of("/proc/meminfo", "MemAvailable:");
    const std::int64_t limit = number_in("/sys/fs/cgroup/memory.max"),
                       used = number_in("/sys/fs/cgroup/memory.current");
    return limit > 0 && used >= 0 ? std::min(machine, std::max<std::int64_t>(limit - used, 0)) : machine;
}

long process_id() { return getpid(); }

std::string processor_name() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);)
        if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
    return "processor";
}

}  // namespace planapo::platform
