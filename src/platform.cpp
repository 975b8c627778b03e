#include "platform.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <limits>
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

namespace {

/// Notes the error of the call that has just failed.
void note(std::error_code& failure) { failure.assign(errno, std::generic_category()); }

/// Calls `move(offset)`, which moves some of the bytes from there on and says how many, until it moves no more.
template <typename Move>
std::int64_t move_all(std::int64_t bytes, std::error_code& failure, Move move) {
    std::int64_t done = 0;
    while (done < bytes) {
        const ssize_t moved = move(done);
        if (moved < 0 && errno == EINTR) continue;
        if (moved < 0) return note(failure), -1;
        if (moved == 0) break;
        done += moved;
    }
    return done;
}

}  // namespace

File File::open(const fs::path& path, std::error_code& failure) {
    File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.descriptor_ < 0) note(failure);
    return file;
}

File File::create(const fs::path& path, const fs::path& like, std::error_code& failure) {
    File file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.descriptor_ < 0) note(failure);
    struct stat facts {};
    if (file.descriptor_ >= 0 && ::stat(like.c_str(), &facts) == 0) {
        // Where the permissions cannot be had, the new file's own are as good.
        [[maybe_unused]] const int kept = ::fchmod(file.descriptor_, facts.st_mode & 07777);
    }
    return file;
}

File::~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::int64_t File::read_at(void* into, std::int64_t bytes, std::int64_t position, std::error_code& failure) const {
    return move_all(bytes, failure, [&](std::int64_t done) {
        return ::pread(descriptor_, static_cast<char*>(into) + done, static_cast<std::size_t>(bytes - done),
                       position + done);
    });
}

std::int64_t File::write_at(const void* from, std::int64_t bytes, std::int64_t position, std::error_code& failure) {
    const std::int64_t done = move_all(bytes, failure, [&](std::int64_t before) {
        return ::pwrite(descriptor_, static_cast<const char*>(from) + before, static_cast<std::size_t>(bytes - before),
                        position + before);
    });
    if (done >= 0 && done < bytes) failure = std::make_error_code(std::errc::io_error);
    return done == bytes ? done : -1;
}

std::int64_t File::size() const {
    struct stat facts {};
    return ::fstat(descriptor_, &facts) == 0 ? static_cast<std::int64_t>(facts.st_size) : 0;
}

void File::flush(std::error_code& failure) {
    if (::fsync(descriptor_) != 0) note(failure);
}

void flush_folder(const fs::path& folder) {
    std::error_code ignored;
    File::open(folder, ignored).flush(ignored);
}

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

constexpr std::int64_t unknown_bytes = std::numeric_limits<std::int64_t>::max();

/// The number behind `key` in a file of "key number" lines; -1 if it is not there.
std::int64_t number_of(const fs::path& file, const std::string& key) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (line.compare(0, key.size(), key) == 0) return std::atoll(line.c_str() + key.size());
    return -1;
}

std::int64_t kilobytes_of(const char* file, const std::string& key) {
    const std::int64_t kilobytes = number_of(file, key);
    return kilobytes < 0 ? unknown_bytes : 1024 * kilobytes;
}

/// The control group of this process, where the kernel keeps its limits (cgroup v2).
fs::path control_group() {
    std::ifstream in("/proc/self/cgroup");
    for (std::string line; std::getline(in, line);)
        if (line.compare(0, 4, "0::/") == 0) return fs::path("/sys/fs/cgroup") / line.substr(4);
    return {};
}

/// The number in a one-line file; -1 if there is none ("max" means no limit).
std::int64_t number_in(const fs::path& file) {
    std::int64_t number = -1;
    std::ifstream in(file);
    return in >> number ? number : -1;
}

/// Calls `visit(limit, used)` for the control group of this process and for those that hold it. Files that were read
/// count as used, but make way for whoever needs the room.
template <typename Visit>
void for_each_limit(Visit visit) {
    const fs::path top = "/sys/fs/cgroup";
    for (fs::path group = control_group(); !group.empty(); group = group == top ? fs::path() : group.parent_path()) {
        const std::int64_t limit = number_in(group / "memory.max"), used = number_in(group / "memory.current");
        if (limit < 0 || used < 0) continue;
        const std::int64_t read = std::max<std::int64_t>(number_of(group / "memory.stat", "inactive_file "), 0) +
                                  std::max<std::int64_t>(number_of(group / "memory.stat", "active_file "), 0);
        visit(limit, used - read);
    }
}

}  // namespace

std::int64_t total_memory_bytes() {
    std::int64_t bytes = kilobytes_of("/proc/meminfo", "MemTotal:");
    for_each_limit([&](std::int64_t limit, std::int64_t) { bytes = std::min(bytes, limit); });
    return bytes;
}

std::int64_t available_memory_bytes() {
    std::int64_t bytes = kilobytes_of("/proc/meminfo", "MemAvailable:");
    for_each_limit([&](std::int64_t limit, std::int64_t used) {
        bytes = std::min(bytes, std::max<std::int64_t>(limit - used, 0));
    });
    return bytes;
}

void in_forked_children(void (*handler)()) { pthread_atfork(nullptr, nullptr, handler); }

long process_id() { return getpid(); }

std::string processor_name() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);)
        if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
    return "processor";
}

}  // namespace planapo::platform
