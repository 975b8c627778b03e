// The files that hold one image.
#include "source_files.hpp"

#include <array>
#include <cstring>

#include "../message.hpp"

namespace planapo::io {

namespace fs = std::filesystem;

namespace {

/// libtiff would say the same of most of these, in other words.
void check_beginning(FileStream& stream, const std::string& name) {
    std::array<unsigned char, 4> bytes{};
    const std::int64_t got = stream.read_at(bytes.data(), 4, 0);
    require(got >= 0, "Cannot read '{}': {}.", name, stream.error().message());
    require(got > 0, "'{}' is empty (0 bytes): it holds no image.", name);
    const bool little = bytes[0] == 'I' && bytes[1] == 'I' && (bytes[2] == 42 || bytes[2] == 43) && bytes[3] == 0;
    const bool big = bytes[0] == 'M' && bytes[1] == 'M' && bytes[2] == 0 && (bytes[3] == 42 || bytes[3] == 43);
    require(little || big, "'{}' is not a TIFF file: it begins with the bytes {:02x} {:02x} {:02x} {:02x}.", name,
            bytes[0], bytes[1], bytes[2], bytes[3]);
}

}  // namespace

struct SourceFiles::Open {
    Open(std::int32_t number, const fs::path& path) : file(number), stream(FileStream::open(path)) {
        check_beginning(stream, path.string());
        // m: no memory map, for a file that shrinks while it is read must not end the process.
        tiff = std::make_unique<TiffHandle>(stream, path.string(), "rm");
    }

    std::int32_t file;
    FileStream stream;
    std::unique_ptr<TiffHandle> tiff;
};

SourceFiles::SourceFiles(const fs::path& path) { scan(path); }

void SourceFiles::scan(const fs::path& path) {
    const auto number = static_cast<std::int32_t>(files_.size());
    files_.push_back({path, {}, 0});
    open(number);
    File& file = files_.back();
    file.bytes = open_->stream.size();
    file.pages = scan_pages(*open_->tiff, open_->stream, path.string());
    // The first page says what the others do not: leave the handle there.
    require(TIFFSetDirectory(*open_->tiff, 0) == 1, "'{}' cannot be read: {}.", path.string(),
            open_->tiff->complaint());
}

std::int32_t SourceFiles::add(const std::string& name) {
    const fs::path path = files_[0].path.parent_path() / name;
    for (std::size_t i = 0; i < files_.size(); ++i)
        if (files_[i].path == path) return static_cast<std::int32_t>(i);
    scan(path);
    return static_cast<std::int32_t>(files_.size() - 1);
}

bool SourceFiles::beside(const std::string& name) const {
    std::error_code ignored;
    return fs::exists(files_[0].path.parent_path() / name, ignored);
}

void SourceFiles::open(std::int32_t file) {
    if (open_ && open_->file == file) return;
    open_.reset();
    open_ = std::make_shared<Open>(file, files_[static_cast<std::size_t>(file)].path);
}

TiffHandle& SourceFiles::tiff(std::int32_t file) {
    open(file);
    return *open_->tiff;
}

FileStream& SourceFiles::stream(std::int32_t file) {
    open(file);
    return open_->stream;
}

}  // namespace planapo::io
