// What the device can move in plain code.
#include <algorithm>
#include <cstring>

#include <omp.h>

#include "bench.hpp"

namespace planapo::bench {

namespace {

/// Each thread copies its share: memcpy picks the stores that this processor likes best.
void copy_in_parallel(const void* from, void* to, std::int64_t bytes) {
#pragma omp parallel
    {
        const std::int64_t threads = omp_get_num_threads(), thread = omp_get_thread_num();
        const std::int64_t begin = bytes * thread / threads, end = bytes * (thread + 1) / threads;
        std::memcpy(static_cast<char*>(to) + begin, static_cast<const char*>(from) + begin,
                    static_cast<std::size_t>(end - begin));
    }
}

/// STREAM's triad (McCalpin 1995), its result in the place of an operand: a store that fetches nothing which it does
/// not need.
void triad_in_place(const float* from, float* to, std::int64_t voxels) {
#pragma omp parallel for simd schedule(static)
    for (std::int64_t i = 0; i < voxels; ++i) to[i] = from[i] - 0.5f * to[i];
}

}  // namespace

Possible::Possible(std::int64_t bytes, const Device& device)
    : device_(device), bytes_(bytes), from_(bytes, device), to_(bytes, device) {
    if (!device.is_cpu()) return;
    for (Buffer* buffer : {&from_, &to_}) std::memset(buffer->data(), 0, static_cast<std::size_t>(bytes));
}

void Possible::sample(const Stream& stream) {
    if (!device_.is_cpu()) {
        copy_.add(
            seconds_of([&] { device_.backend().copy(from_.data(), to_.data(), bytes_, stream); }, device_, stream));
        return;
    }
    const auto* from = static_cast<const float*>(from_.data());
    auto* to = static_cast<float*>(to_.data());
    const auto voxels = bytes_ / static_cast<std::int64_t>(sizeof(float));
    copy_.add(seconds_of([&] { copy_in_parallel(from, to, bytes_); }, device_, stream));
    triad_.add(seconds_of([&] { triad_in_place(from, to, voxels); }, device_, stream));
}

double Possible::bytes_per_second() const {
    const auto bytes = static_cast<double>(bytes_);
    const double copied = 2 * bytes / copy_.minimum();
    return device_.is_cpu() ? std::max(copied, 3 * bytes / triad_.minimum()) : copied;
}

}  // namespace planapo::bench
