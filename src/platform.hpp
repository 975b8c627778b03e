// Everything that depends on the operating system (Linux x86-64) stands behind this page.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
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
std::int64_t available_memory_bytes();  ///< what a process may still take, container limits included
std::string processor_name();
long process_id();

}  // namespace planapo::platform
