// The files that hold one image: the one that was asked for and, for some OME-TIFFs, others beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tiff_pages.hpp"

namespace planapo::io {

/// Every file's pages, known from the start; one file open at a time, so that thousands may belong together.
class SourceFiles {
public:
    /// Opens and scans the first. Throws `InvalidArgument`.
    explicit SourceFiles(const std::filesystem::path& path);

    /// The index of the file called `name` in the first one's folder, which is scanned when it is new. Throws
    /// `InvalidArgument`.
    std::int32_t add(const std::string& name);
    bool beside(const std::string& name) const;  ///< whether there is such a file

    std::string file_name() const { return files_[0].path.filename().string(); }
    std::string path(std::int32_t file = 0) const { return files_[static_cast<std::size_t>(file)].path.string(); }
    const std::vector<Page>& pages(std::int32_t file = 0) const { return files_[static_cast<std::size_t>(file)].pages; }
    std::int64_t bytes(std::int32_t file = 0) const { return files_[static_cast<std::size_t>(file)].bytes; }

    /// libtiff's handle and the bytes below it, on whichever page was read last.
    TiffHandle& tiff(std::int32_t file = 0);
    FileStream& stream(std::int32_t file = 0);

private:
    struct File {
        std::filesystem::path path;
        std::vector<Page> pages;
        std::int64_t bytes = 0;
    };
    struct Open;

    void open(std::int32_t file);
    void scan(const std::filesystem::path& path);

    std::vector<File> files_;
    std::shared_ptr<Open> open_;
};

}  // namespace planapo::io
