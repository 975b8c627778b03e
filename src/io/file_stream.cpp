// Files as libtiff sees them (Linux).
#include "file_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

#include "../message.hpp"

namespace planapo::io {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

FileStream FileStream::open(const fs::path& path) {
    // Non-blocking, or a named pipe would make us wait for whoever writes to it.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    require(descriptor >= 0, "Cannot open '{}': {}.", path.string(), reason(errno));
    FileStream stream(descriptor);
    struct stat facts {};
    require(::fstat(descriptor, &facts) == 0, "Cannot look at '{}': {}.", path.string(), reason(errno));
    require(S_ISREG(facts.st_mode), "'{}' is not a file{}.", path.string(),
            S_ISDIR(facts.st_mode) ? " but a folder" : "");
    return stream;
}

FileStream::FileStream(FileStream&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      position_(other.position_),
      append_at_(other.append_at_),
      error_(other.error_) {}

FileStream::~FileStream() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::int64_t FileStream::read(void* into, std::int64_t bytes) {
    const std::int64_t got = read_at(into, bytes, position_);
    if (got > 0) position_ += got;
    return got;
}

std::int64_t FileStream::read_at(void* into, std::int64_t bytes, std::int64_t position) {
    std::int64_t done = 0;
    while (done < bytes) {
        const ssize_t got = ::pread(descriptor_, static_cast<char*>(into) + done,
                                    static_cast<std::size_t>(bytes - done), position + done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            if (error_ == 0) error_ = errno;
            return -1;
        }
        if (got == 0) break;
        done += got;
    }
    return done;
}

std::int64_t FileStream::write(const void* from, std::int64_t bytes) {
    std::int64_t done = 0;
    while (done < bytes) {
        const ssize_t put = ::pwrite(descriptor_, static_cast<const char*>(from) + done,
                                     static_cast<std::size_t>(bytes - done), position_ + done);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) {
            if (error_ == 0) error_ = put < 0 ? errno : EIO;
            return -1;
        }
        done += put;
    }
    // What is written elsewhere, such as links between headers, does not move the place where things are appended.
    const bool appended = append_at_ >= 0 && position_ >= append_at_;
    position_ += done;
    if (appended) append_at_ = position_;
    return done;
}

std::int64_t FileStream::seek(std::int64_t offset, int whence) {
    const std::int64_t end = append_at_ >= 0 ? append_at_ : size();
    const std::int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position_ : end;
    std::int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) return -1;
    return position_ = target;
}

std::int64_t FileStream::size() const {
    struct stat facts {};
    return ::fstat(descriptor_, &facts) == 0 ? static_cast<std::int64_t>(facts.st_size) : 0;
}

namespace {

/// Where a link leads, so that the link stays one; the path itself where nothing is there yet.
fs::path resolved(const fs::path& path) {
    std::error_code failed;
    const fs::path real = fs::canonical(path, failed);
    return failed ? path : real;
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

fs::path temporary_name(const fs::path& target) {
    std::random_device random;
    return folder_of(target) / fmt::format(".planapo-{:08x}{:08x}.part", random(), random());
}

void check_target(const fs::path& target) {
    std::error_code ignored;
    const fs::file_status status = fs::status(target, ignored);
    require(!fs::exists(status) || fs::is_regular_file(status), "Cannot write '{}': it exists and is not a file.",
            target.string());
    const fs::path folder = folder_of(target);
    require(fs::is_directory(folder, ignored), "Cannot write '{}': there is no folder '{}'.", target.string(),
            folder.string());
}

int create(const fs::path& target, const fs::path& temporary) {
    check_target(target);
    const int descriptor = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    require(descriptor >= 0, "Cannot write '{}': no file can be made in '{}' ({}).", target.string(),
            folder_of(target).string(), reason(errno));
    struct stat facts {};
    if (::stat(target.c_str(), &facts) == 0) {
        // Who overwrites a file expects its permissions to stay; where they cannot, the new file's are as good.
        [[maybe_unused]] const int kept = ::fchmod(descriptor, facts.st_mode & 07777);
    }
    return descriptor;
}

}  // namespace

TemporaryFile::TemporaryFile(const fs::path& target)
    : target_(resolved(target)), temporary_(temporary_name(target_)), stream_(create(target_, temporary_)) {}

TemporaryFile::~TemporaryFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void TemporaryFile::require_room(std::int64_t bytes) const {
    std::error_code failed;
    const fs::space_info space = fs::space(folder_of(target_), failed);
    if (failed || space.capacity == 0) return;  // some network file systems do not say
    require(static_cast<std::uint64_t>(bytes) <= space.available,
            "Cannot write '{}': it needs {} bytes and its folder has room for {}; free some space or choose another "
            "folder.",
            target_.string(), bytes, space.available);
}

void TemporaryFile::commit() {
    require(::fsync(stream_.descriptor_) == 0, "Cannot write '{}': {} after {} bytes.", target_.string(), reason(errno),
            stream_.size());
    require(::rename(temporary_.c_str(), target_.c_str()) == 0, "Cannot give '{}' its name: {}.", target_.string(),
            reason(errno));
    temporary_.clear();
    // The name itself reaches the disk with its folder; where a file system refuses that, the data are there already.
    if (const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
}

}  // namespace planapo::io
