// Whether a page's header lies within its file (TIFF 6.0, section 2; BigTIFF has the same in 64 bits).
#include "tiff_directory.hpp"

#include <vector>

#include "../message.hpp"

namespace planapo::io {

namespace {

/// Widths in bytes, and how to read numbers.
struct Form {
    int count, entry, value;  ///< of the number of entries, of one entry, of a value or offset in it
    bool big_endian;

    std::uint64_t number(const unsigned char* at, int width) const {
        std::uint64_t result = 0;
        for (int i = 0; i < width; ++i) result = result << 8 | at[big_endian ? i : width - 1 - i];
        return result;
    }
};

/// Private tags of other programs may be broken: nobody here reads them.
bool matters(std::uint64_t tag) { return tag < 32768 || tag == tag_imagej_sizes || tag == tag_imagej_blocks; }

void check_entry(const unsigned char* entry, const Form& form, std::uint64_t file_bytes, const std::string& where) {
    const std::uint64_t tag = form.number(entry, 2), count = form.number(entry + 4, form.value);
    const auto width = static_cast<std::uint64_t>(TIFFDataWidth(static_cast<TIFFDataType>(form.number(entry + 2, 2))));
    std::uint64_t bytes = 0;
    const bool counted = !__builtin_mul_overflow(count, width, &bytes);
    if (!matters(tag) || (counted && bytes <= static_cast<std::uint64_t>(form.value))) return;
    const std::uint64_t offset = form.number(entry + 4 + form.value, form.value);
    require(counted && offset <= file_bytes && bytes <= file_bytes - offset,
            "{} is truncated or damaged: the {} values of its tag {} should begin at byte {}, but the file ends at {}.",
            where, count, tag, offset, file_bytes);
}

}  // namespace

void check_directory(TiffHandle& tiff, FileStream& stream, const std::string& where) {
    const bool big_endian = TIFFIsBigEndian(tiff) != 0;
    const Form form = TIFFIsBigTIFF(tiff) ? Form{8, 20, 8, big_endian} : Form{2, 12, 4, big_endian};
    const auto offset = static_cast<std::int64_t>(TIFFCurrentDirOffset(tiff));
    const std::int64_t file_bytes = stream.size();
    const auto read = [&](std::int64_t at, std::int64_t bytes) {
        std::vector<unsigned char> raw(static_cast<std::size_t>(bytes));
        require(stream.read_at(raw.data(), bytes, at) == bytes,
                "{} is truncated: its header begins at byte {}, but the file ends at {}.", where, offset, file_bytes);
        return raw;
    };
    const std::uint64_t entries = form.number(read(offset, form.count).data(), form.count);
    require(entries <= static_cast<std::uint64_t>(file_bytes / form.entry),
            "{} is damaged: its header says that it has {} entries.", where, entries);
    // The link to the next page follows the entries.
    const std::vector<unsigned char> raw =
        read(offset + form.count, static_cast<std::int64_t>(entries) * form.entry + form.value);
    for (std::uint64_t i = 0; i < entries; ++i)
        check_entry(raw.data() + static_cast<std::int64_t>(i) * form.entry, form,
                    static_cast<std::uint64_t>(file_bytes), where);
}

}  // namespace planapo::io
