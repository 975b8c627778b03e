// Reads lines "architecture threads registers shared-bytes" and writes the resident warps of each, as NVIDIA's own
// cuda_occupancy.h computes them. self_test.py compiles it.
#include <cstddef>
#include <iostream>

#include <cuda_occupancy.h>

int main() {
    int architecture = 0, threads = 0, registers = 0;
    std::size_t shared = 0;
    while (std::cin >> architecture >> threads >> registers >> shared) {
        const bool turing = architecture == 75;
        cudaOccDeviceProp card{};
        card.computeMajor = architecture / 10;
        card.computeMinor = architecture % 10;
        card.maxThreadsPerBlock = 1024;
        card.maxThreadsPerMultiprocessor = turing ? 1024 : 2048;
        card.regsPerBlock = card.regsPerMultiprocessor = 65536;
        card.warpSize = 32;
        card.sharedMemPerBlock = 48 * 1024;
        card.sharedMemPerMultiprocessor = (turing ? 64 : 228) * 1024;
        card.sharedMemPerBlockOptin = (turing ? 64 : 227) * 1024;
        card.reservedSharedMemPerBlock = turing ? 0 : 1024;
        card.numSms = 1;
        cudaOccFuncAttributes kernel{};
        kernel.maxThreadsPerBlock = 1024;
        kernel.numRegs = registers;
        kernel.maxDynamicSharedSizeBytes = card.sharedMemPerBlockOptin;
        const cudaOccDeviceState state{};
        cudaOccResult result{};
        const auto status = cudaOccMaxActiveBlocksPerMultiprocessor(&result, &card, &kernel, &state, threads, shared);
        std::cout << (status == CUDA_OCC_SUCCESS ? result.activeBlocksPerMultiprocessor * (threads / 32) : -1) << '\n';
    }
}
