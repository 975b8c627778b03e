// The memory of the simulated device, and the host's side of it.
#include <array>
#include <cmath>
#include <cstdlib>

#include "launch.cuh"
#include "support.hpp"

namespace planapo::self_test {

__global__ void copy_kernel(View<const float> in, View<float> out) { out(0, 0, threadIdx.x) = in(0, 0, threadIdx.x); }
__global__ void fill_kernel(float* out) { out[threadIdx.x] = 1.f; }

namespace {

constexpr Shape row{1, 1, 8};

TEST(Memory, StartsAsNaN) {
    const DeviceArray memory(100);
    for (const float value : memory.values()) EXPECT_TRUE(std::isnan(value));
}

TEST(Memory, OfTheHostIsOutOfReachForKernels) {
    const DeviceArray out(8);
    std::vector<float> on_host(8);
    EXPECT_CONTAINS(complaint([&] {
                        cuda::launch(copy_kernel, 1, 8, 0, nullptr, View<const float>(on_host.data(), row),
                                     out.view(row));
                    }),
                    "a view given to a kernel at self_test/memory.cpp:");
    EXPECT_CONTAINS(complaint([&] { cuda::launch(fill_kernel, 1, 8, 0, nullptr, on_host.data()); }),
                    "lies in memory of the host, which a kernel cannot reach: copy it to the device");
}

TEST(Memory, OfTheDeviceIsOutOfReachForTheHost) {
    NEEDS_ASAN();
    const DeviceArray memory(8);
    EXPECT_DEATH(memory.data()[3] = 1.f, "use-after-poison.*memory.cpp:");
}

TEST(Memory, HoldsWholeViews) {
    const DeviceArray in(8), out(8);
    const View<const float> too_long(in.data() + 1, row);
    EXPECT_CONTAINS(complaint([&] { cuda::launch(copy_kernel, 1, 8, 0, nullptr, too_long, out.view(row)); }),
                    "covers 32 bytes from byte 4 of an allocation of 32 bytes, and ends outside it");
}

TEST(Memory, IsAsMuchAsIsSaid) {
    setenv("PLANAPO_SIMT_MEMORY", "4096", 1);
    std::size_t free_bytes = 0, total_bytes = 0;
    {
        const DeviceArray most(768);
        cuda::check(cudaMemGetInfo(&free_bytes, &total_bytes));
        EXPECT_THROW(DeviceArray(257), OutOfMemory);
        EXPECT_NO_THROW(DeviceArray(256));
    }
    unsetenv("PLANAPO_SIMT_MEMORY");
    EXPECT_EQ(free_bytes, 1024u);
    EXPECT_EQ(total_bytes, 4096u);
}

TEST(Memory, IsFreedOnce) {
    float* memory = nullptr;
    EXPECT_EQ(cudaMalloc(&memory, 16), cudaSuccess);
    EXPECT_EQ(cudaFree(memory + 1), cudaErrorInvalidValue);
    EXPECT_EQ(cudaFree(memory), cudaSuccess);
    EXPECT_EQ(cudaFree(memory), cudaErrorInvalidValue);
    EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidValue);  // a failure is remembered until somebody asks
    EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST(Memory, KnowsWhoseItIs) {
    const DeviceArray on_device(4);
    float *pinned = nullptr, on_host = 0;
    cuda::check(cudaMallocHost(&pinned, 16));
    const auto type = [](const void* memory) {
        cudaPointerAttributes attributes;
        cuda::check(cudaPointerGetAttributes(&attributes, memory));
        return attributes.type;
    };
    EXPECT_EQ(type(on_device.data() + 3), cudaMemoryTypeDevice);
    EXPECT_EQ(type(pinned), cudaMemoryTypeHost);
    EXPECT_EQ(type(&on_host), cudaMemoryTypeUnregistered);
    cudaFreeHost(pinned);
}

TEST(Copies, StayInsideAllocations) {
    const DeviceArray memory(8);
    std::array<float, 16> host{};
    EXPECT_EQ(cudaMemcpy(memory.data() + 1, host.data(), 32, cudaMemcpyDefault), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemset(memory.data() + 1, 0, 32), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpy(memory.data(), host.data(), 32, cudaMemcpyDeviceToHost), cudaErrorInvalidMemcpyDirection);
    EXPECT_EQ(cudaMemcpy(memory.data(), host.data(), 32, cudaMemcpyHostToDevice), cudaSuccess);
    cudaGetLastError();
}

TEST(Copies, OfABoxBetweenPitches) {
    const DeviceArray memory(whole_numbers(4 * 5 * 6));
    std::vector<float> box(2 * 2 * 3, -1.f);
    cudaMemcpy3DParms copy{};
    copy.srcPtr = make_cudaPitchedPtr(memory.data(), 6 * sizeof(float), 6, 5);
    copy.srcPos = make_cudaPos(2 * sizeof(float), 1, 2);
    copy.dstPtr = make_cudaPitchedPtr(box.data(), 3 * sizeof(float), 3, 2);
    copy.extent = make_cudaExtent(3 * sizeof(float), 2, 2);
    copy.kind = cudaMemcpyDefault;
    cuda::check(cudaMemcpy3DAsync(&copy));
    const auto all = memory.values();
    for (std::size_t z = 0; z < 2; ++z)
        for (std::size_t y = 0; y < 2; ++y)
            for (std::size_t x = 0; x < 3; ++x)
                EXPECT_EQ(box[(z * 2 + y) * 3 + x], all[((z + 2) * 5 + y + 1) * 6 + x + 2]);
    copy.srcPos.z = 3;  // the second slice would lie outside
    EXPECT_EQ(cudaMemcpy3DAsync(&copy), cudaErrorInvalidValue);
    cudaGetLastError();
}

TEST(Copies, OfRowsBetweenPitches) {
    const DeviceArray memory(whole_numbers(5 * 6));
    std::vector<float> rows(5 * 4);
    cuda::check(cudaMemcpy2DAsync(rows.data(), 4 * sizeof(float), memory.data(), 6 * sizeof(float), 4 * sizeof(float),
                                  5, cudaMemcpyDeviceToHost));
    EXPECT_EQ(rows[4 * 4 + 3], memory.values()[4 * 6 + 3]);
}

TEST(Check, NamesTheCallAndTheDevice) {
    const auto sentence = complaint([] { cuda::check(cudaSetDevice(3), "cudaSetDevice"); });
    EXPECT_CONTAINS(sentence, "self_test/memory.cpp:");
    EXPECT_CONTAINS(sentence, ": cudaSetDevice: invalid device ordinal (device 0, simulated (one fiber per thread))");
    EXPECT_EQ(cudaPeekAtLastError(), cudaSuccess);  // or the next launch would be blamed
}

}  // namespace
}  // namespace planapo::self_test
