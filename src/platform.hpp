// Everything that depends on the operating system (Linux x86-64) stands behind this page.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace planapo::platform {

/// A shared library opened at run time, never closed: code in it may run until the process ends.
class SharedLibrary {
public:
    /// Null handle, with the loader's sentence in `error`, if it cannot be opened.
    static SharedLibrary open(const std::string& name_or_path);

    explicit operator bool() const { return handle_ != nullptr; }
    void* symbol(const char* name) const;  ///< null if there is none
    const std::string& error() const { return error_; }

    template <typename Function>
    bool find(Function*& function, const char* name) const {
        function = reinterpret_cast<Function*>(symbol(name));
        return function != nullptr;
    }

private:
    void* handle_ = nullptr;
    std::string error_;
};

/// An open file: bytes at positions. Move-only; closed when destroyed. Whatever fails says why in `failure` and leaves
/// it alone otherwise.
class File {
public:
    /// An existing file, for reading. Waits for nobody, not even where it is a named pipe.
    static File open(const std::filesystem::path& path, std::error_code& failure);
    /// A file that was not there, for reading and writing, with the permissions of the file `like` if that exists.
    static File create(const std::filesystem::path& path, const std::filesystem::path& like, std::error_code& failure);

    File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    File& operator=(File&&) = delete;
    ~File();

    /// As many bytes as there are, up to `bytes`; -1 on failure.
    std::int64_t read_at(void* into, std::int64_t bytes, std::int64_t position, std::error_code& failure) const;
    /// All of `bytes`, or -1 on failure.
    std::int64_t write_at(const void* from, std::int64_t bytes, std::int64_t position, std::error_code& failure);
    std::int64_t size() const;
    /// Returns when the disk has it all.
    void flush(std::error_code& failure);

private:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

/// The names in a folder reach the disk, where its file system can do that.
void flush_folder(const std::filesystem::path& folder);

/// The folder that holds libplanapo.so.
std::filesystem::path library_folder();

/// The folders of a colon-separated environment variable.
std::vector<std::filesystem::path> folders_of(const char* variable);
std::string environment(const char* variable);

/// A folder of planapo's own for what may be lost, made on first use; empty if there is none to be had.
std::filesystem::path cache_folder();

/// Memory aligned for vectors and, where it is large, backed by large pages. Null if there is none.
void* allocate(std::int64_t bytes);
void release(void* memory) noexcept;

std::int64_t total_memory_bytes();
/// What a process may still take, the limit of its container included; the largest number there is where nobody knows.
std::int64_t available_memory_bytes();
std::string processor_name();
long process_id();

/// Calls `handler` first thing in every process that is forked from this one.
void in_forked_children(void (*handler)());

}  // namespace planapo::platform
