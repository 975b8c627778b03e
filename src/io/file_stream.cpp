#include "file_stream.hpp"

#include <cstdio>
#include <random>

#include "../message.hpp"

namespace planapo::io {

namespace fs = std::filesystem;

FileStream FileStream::open(const fs::path& path) {
    std::error_code failure;
    FileStream stream(platform::File::open(path, failure));
    require(!failure, "Cannot open '{}': {}.", path.string(), failure.message());
    const fs::file_status status = fs::status(path, failure);
    require(fs::is_regular_file(status), "'{}' is not a file{}.", path.string(),
            fs::is_directory(status) ? " but a folder" : "");
    return stream;
}

/// What a call that moved so many bytes returns; remembers the first failure.
std::int64_t FileStream::result(std::int64_t moved, std::error_code failure) {
    if (moved < 0 && !error_) error_ = failure;
    return moved;
}

std::int64_t FileStream::read(void* into, std::int64_t bytes) {
    const std::int64_t got = read_at(into, bytes, position_);
    if (got > 0) position_ += got;
    return got;
}

std::int64_t FileStream::read_at(void* into, std::int64_t bytes, std::int64_t position) {
    std::error_code failure;
    return result(file_.read_at(into, bytes, position, failure), failure);
}

std::int64_t FileStream::write(const void* from, std::int64_t bytes) {
    std::error_code failure;
    const std::int64_t done = result(file_.write_at(from, bytes, position_, failure), failure);
    if (done < 0) return done;
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

platform::File create(const fs::path& target, const fs::path& temporary) {
    check_target(target);
    std::error_code failure;
    // Who overwrites a file expects its permissions to stay.
    platform::File file = platform::File::create(temporary, target, failure);
    require(!failure, "Cannot write '{}': no file can be made in '{}' ({}).", target.string(),
            folder_of(target).string(), failure.message());
    return file;
}

}  // namespace

TemporaryFile::TemporaryFile(const fs::path& target)
    : target_(resolved(target)), temporary_(temporary_name(target_)), stream_(create(target_, temporary_)) {}

TemporaryFile::~TemporaryFile() {
    std::error_code ignored;
    if (!temporary_.empty()) fs::remove(temporary_, ignored);
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
    std::error_code failure;
    stream_.file_.flush(failure);
    require(!failure, "Cannot write '{}': {} after {} bytes.", target_.string(), failure.message(), stream_.size());
    fs::rename(temporary_, target_, failure);
    require(!failure, "Cannot give '{}' its name: {}.", target_.string(), failure.message());
    temporary_.clear();
    platform::flush_folder(folder_of(target_));  // the name itself; the data are there already
}

}  // namespace planapo::io
