// Several threads: each with its own file, or all with one.
#include <atomic>
#include <thread>

#include "io_files.hpp"

namespace planapo::test {
namespace {

template <typename Task>
void on_threads(int count, Task task) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back(task, i);
    for (std::thread& thread : threads) thread.join();
}

TEST(IoThreads, ReadAndWriteSideBySide) {
    const Folder folder;
    ImageInfo info;
    info.type = PixelType::uint16;
    info.size = {.t = 3, .c = 2, .z = 4, .y = 9, .x = 11};
    const std::vector<unsigned char> voxels = voxels_for(info);
    write_image(folder / "shared.ome.tif", info, voxels.data(), {.compression = Compression::deflate});
    const ImageFile shared(folder / "shared.ome.tif");
    const std::size_t volume = voxels.size() / 6;
    std::atomic<int> wrong = 0;
    on_threads(4, [&](int thread) {
        const fs::path own = folder / ("own" + std::to_string(thread) + ".tif");
        for (int i = 0; i < 10; ++i) {
            write_image(own, info, voxels.data());
            wrong += read_all(own) != voxels;
            const int t = (thread + i) % 3, c = i % 2;
            std::vector<unsigned char> memory(volume);
            shared.read_volume_into(memory.data(), static_cast<std::int64_t>(volume), t, c);
            wrong += !std::equal(memory.begin(), memory.end(),
                                 voxels.begin() + static_cast<std::ptrdiff_t>(volume) * (2 * t + c));
        }
    });
    EXPECT_EQ(wrong, 0);
}

// Each thread must get the sentence about its own file.
TEST(IoThreads, ComplaintsDoNotMix) {
    const Folder folder;
    write_pages(folder / "whole.tif", {addressed(0, 40, 40)});
    const std::string whole = bytes_of(folder / "whole.tif");
    std::atomic<int> wrong = 0;
    on_threads(4, [&](int thread) {
        const std::string name = "cut" + std::to_string(thread) + ".tif";
        put_bytes(folder / name, whole.substr(0, whole.size() - 1 - static_cast<std::size_t>(thread)));
        for (int i = 0; i < 50; ++i) wrong += !mentions(complaint_of([&] { read_info(folder / name); }), name);
    });
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace planapo::test
