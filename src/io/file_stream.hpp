// Files as libtiff sees them: positioned reads and writes that remember why they failed, and files that appear only
// when whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

#include "../platform.hpp"

namespace planapo::io {

/// An open file with a position. Move-only.
class FileStream {
public:
    /// Opens an existing regular file for reading; throws `InvalidArgument` with the reason.
    static FileStream open(const std::filesystem::path& path);

    /// As many bytes as there are, up to `bytes`; -1 on failure.
    std::int64_t read(void* into, std::int64_t bytes);
    std::int64_t read_at(void* into, std::int64_t bytes, std::int64_t position);

    /// All of `bytes`, or -1 on failure.
    std::int64_t write(const void* from, std::int64_t bytes);

    std::int64_t seek(std::int64_t offset, int whence);  ///< as lseek; -1 for a negative position

    /// Where SEEK_END leads from now on, growing with what is written there; before the first call, the file's end.
    void append_at(std::int64_t position) { append_at_ = position; }
    std::int64_t appended_up_to() const { return append_at_; }

    std::int64_t size() const { return file_.size(); }
    std::error_code error() const { return error_; }  ///< of the first failure

private:
    friend class TemporaryFile;
    explicit FileStream(platform::File file) : file_(std::move(file)) {}
    std::int64_t result(std::int64_t moved, std::error_code failure);

    platform::File file_;
    std::int64_t position_ = 0, append_at_ = -1;
    std::error_code error_;
};

/// A file that is written under a temporary name in the target's folder, and either takes the target's name or
/// vanishes.
class TemporaryFile {
public:
    /// Throws `InvalidArgument` if the folder is missing or may not be written to, or the target is there but not a
    /// regular file.
    explicit TemporaryFile(const std::filesystem::path& target);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    FileStream& stream() { return stream_; }
    const FileStream& stream() const { return stream_; }
    const std::filesystem::path& target() const { return target_; }

    /// Throws `InvalidArgument` if the folder's file system says that it has no room for so many bytes.
    void require_room(std::int64_t bytes) const;

    /// Flushes the file and its folder to the disk and gives it the target's name. Throws `InvalidArgument`.
    void commit();

private:
    std::filesystem::path target_, temporary_;
    FileStream stream_;
};

}  // namespace planapo::io
