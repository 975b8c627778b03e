// Damaged files by the hundred: whatever is done to the bytes, reading ends in an image or in one sentence, never in a
// crash. Run under the sanitizers this looks at every access that libtiff, pugixml and planapo make.
#include <random>

#include "io_files.hpp"

namespace planapo::test {
namespace {

enum class Outcome { read, refused };

/// Reads all there is to read, if it is not absurdly much.
Outcome outcome_of(const fs::path& path) {
    try {
        const ImageFile file(path);
        const std::int64_t bytes = file.info().bytes();
        if (bytes > (16 << 20)) return Outcome::read;  // a compressed file may claim much, and rightly
        std::vector<unsigned char> memory(static_cast<std::size_t>(bytes));
        file.read_into(memory.data(), bytes);
        file.read_volume();
        return Outcome::read;
    } catch (const InvalidArgument& error) {
        const std::string sentence = error.what();
        EXPECT_TRUE(mentions(sentence, path.filename().string()) && sentence.back() == '.') << sentence;
    } catch (const OutOfMemory&) {
    }
    return Outcome::refused;
}

/// One to four bytes changed: to anything, to an extreme, or by one bit.
std::string damaged(std::string bytes, std::mt19937& random) {
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < changes; ++i) {
        char& byte = bytes[random() % bytes.size()];
        switch (random() % 4) {
            case 0:
                byte = static_cast<char>(random());
                break;
            case 1:
                byte = '\xff';
                break;
            case 2:
                byte = '\0';
                break;
            default:
                byte = static_cast<char>(byte ^ 1 << random() % 8);
        }
    }
    if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    return bytes;
}

void expect_survival(const std::string& whole, unsigned seed, const std::string& name) {
    const Folder folder;
    std::mt19937 random(seed);
    constexpr int variants = 150;
    int read = 0;
    for (int i = 0; i < variants; ++i) {
        const fs::path path = folder / "damaged.tif";
        put_bytes(path, damaged(whole, random));
        read += outcome_of(path) == Outcome::read;
    }
    // Neither harmless nor fatal throughout, or the damage misses what it is for.
    EXPECT_GT(read, 0) << name;
    EXPECT_LT(read, variants) << name;
}

void damage_own_files(unsigned seed) {
    const Folder folder;
    ImageInfo info;
    info.type = PixelType::uint16;
    info.size = {.t = 2, .c = 2, .z = 2, .y = 3, .x = 4};
    info.set_voxel_size({0.3, 0.1, 0.1});
    info.time_step_s = 2;
    info.channel_names = {"a", "b"};
    for (const char* name : {"a.tif", "a.ome.tif"})
        for (const Compression packing : {Compression::none, Compression::deflate}) {
            write_image(folder / name, info, voxels_for(info).data(), {.compression = packing, .provenance = "{}"});
            expect_survival(bytes_of(folder / name), seed, name);
        }
}

void damage_other_files(unsigned seed) {
    const Folder folder;
    for (const char* mode : {"wb", "wl8"})
        for (const Cut cut : {Cut::strips, Cut::tiles})
            for (const int packing : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_PACKBITS}) {
                const Tags tags = [&](TIFF* tiff) {
                    TIFFSetField(tiff, TIFFTAG_COMPRESSION, packing);
                    if (packing == COMPRESSION_LZW) TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
                };
                write_pages(folder / "a.tif", {addressed(0, 5, 7, 3, tags), addressed(1, 5, 7, 3, tags)}, mode, cut);
                expect_survival(bytes_of(folder / "a.tif"), seed,
                                mode + std::string(" packing ") + std::to_string(packing));
            }
}

TEST(IoMutation, PlanaposOwnFiles) { damage_own_files(20240229); }

TEST(IoMutation, FilesOfOtherPrograms) { damage_other_files(20240229); }

TEST(IoMutation, SoakFortySeeds) {
    for (unsigned seed = 0; seed < 40; ++seed) {
        damage_own_files(seed);
        damage_other_files(seed);
    }
}

// The description alone: letters and digits of the XML, where random bytes rarely strike.
TEST(IoMutation, Descriptions) {
    const Folder folder;
    ImageInfo info;
    info.type = PixelType::uint8;
    info.size = {.t = 1, .c = 2, .z = 2, .y = 2, .x = 2};
    for (const char* name : {"a.tif", "a.ome.tif"}) {
        write_image(folder / name, info, voxels_for(info).data());
        const std::string whole = bytes_of(folder / name);
        const std::size_t start = whole.find(name == std::string("a.tif") ? "ImageJ=" : "<?xml"),
                          end = whole.find('\0', start);
        std::mt19937 random(7);
        int refused = 0;
        for (int i = 0; i < 300; ++i) {
            std::string bytes = whole;
            for (int n = 0; n < 3; ++n)
                bytes[start + random() % (end - start)] = "0123456789-<>\"'/ \n="[random() % 19];
            put_bytes(folder / "damaged.tif", bytes);
            refused += outcome_of(folder / "damaged.tif") == Outcome::refused;
        }
        EXPECT_GT(refused, 0) << name;
    }
}

}  // namespace
}  // namespace planapo::test
