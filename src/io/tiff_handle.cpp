// libtiff's handle, owned.
#include "tiff_handle.hpp"

#include <algorithm>
#include <cstdio>

#include "../message.hpp"

namespace planapo::io {

namespace {

FileStream& stream_of(thandle_t handle) { return *static_cast<FileStream*>(handle); }

tmsize_t read(thandle_t handle, void* into, tmsize_t bytes) { return stream_of(handle).read(into, bytes); }
tmsize_t write(thandle_t handle, void* from, tmsize_t bytes) { return stream_of(handle).write(from, bytes); }
toff_t seek(thandle_t handle, toff_t offset, int whence) {
    return static_cast<toff_t>(stream_of(handle).seek(static_cast<std::int64_t>(offset), whence));
}
toff_t size(thandle_t handle) { return static_cast<toff_t>(stream_of(handle).size()); }
int close(thandle_t) { return 0; }  // the stream closes itself

/// How much libtiff may take in one piece: a lying header must not make it ask for all there is.
tmsize_t largest_piece(std::int64_t file_bytes) { return std::max<std::int64_t>(file_bytes, 1 << 20) * 64; }

}  // namespace

TiffHandle::TiffHandle(FileStream& stream, const std::string& name, const char* mode) {
    const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                               TIFFOpenOptionsFree);
    if (options == nullptr) throw OutOfMemory("There is no memory left to open an image file.");
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), keep_warning, this);
    if (*mode == 'r') TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), largest_piece(stream.size()));
    tiff_ =
        TIFFClientOpenExt(name.c_str(), mode, &stream, read, write, seek, close, size, nullptr, nullptr, options.get());
    require(tiff_ != nullptr || !stream.error(), "Cannot {} '{}': {} after {} bytes.", *mode == 'r' ? "read" : "write",
            name, stream.error().message(), stream.size());
    require(tiff_ != nullptr, "'{}' cannot be opened as a TIFF file, it may be truncated ({}).", name, complaint());
}

TiffHandle::~TiffHandle() {
    if (tiff_ != nullptr) TIFFClose(tiff_);
}

int TiffHandle::keep_error(TIFF*, void* self, const char*, const char* format, va_list arguments) {
    auto& kept = static_cast<TiffHandle*>(self)->error_;
    if (kept[0] == '\0') std::vsnprintf(kept.data(), kept.size(), format, arguments);
    return 1;  // 1: nobody else need hear of it
}

int TiffHandle::keep_warning(TIFF*, void* self, const char*, const char* format, va_list arguments) {
    auto& kept = static_cast<TiffHandle*>(self)->warning_;
    std::vsnprintf(kept.data(), kept.size(), format, arguments);
    return 1;
}

std::string TiffHandle::complaint() const {
    std::string words = error_[0] != '\0'     ? error_.data()
                        : warning_[0] != '\0' ? warning_.data()
                                              : "its next header makes no sense";
    while (!words.empty() && (words.back() == '.' || words.back() == '\n')) words.pop_back();
    // The names of files and tags in libtiff's words may hold anything; a sentence does not.
    for (char& c : words)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) c = '?';
    return words;
}

void TiffHandle::forget() { error_[0] = warning_[0] = '\0'; }

}  // namespace planapo::io
