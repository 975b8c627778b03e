// What the tests of the simulator share.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <cuda_runtime.h>

#include <planapo/error.hpp>
#include <planapo/volume.hpp>

#include "check.hpp"
#include "sanitizers.hpp"
#include "simt.hpp"

namespace planapo::self_test {

inline constexpr simt::Order all_orders[] = {simt::Order::forward, simt::Order::reverse, simt::Order::shuffled};

/// Device memory that is freed with this object.
class DeviceArray {
public:
    explicit DeviceArray(std::int64_t floats) : floats_(floats) {
        cuda::check(cudaMalloc(&data_, static_cast<std::size_t>(floats) * sizeof(float)), "cudaMalloc");
    }
    explicit DeviceArray(const std::vector<float>& values) : DeviceArray(std::ssize(values)) {
        cuda::check(cudaMemcpy(data_, values.data(), values.size() * sizeof(float), cudaMemcpyHostToDevice),
                    "cudaMemcpy");
    }
    ~DeviceArray() { cudaFree(data_); }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;

    float* data() const { return data_; }
    View<float> view(Shape shape) const { return {data_, shape}; }

    std::vector<float> values() const {
        std::vector<float> copy(static_cast<std::size_t>(floats_));
        cuda::check(cudaMemcpy(copy.data(), data_, copy.size() * sizeof(float), cudaMemcpyDeviceToHost), "cudaMemcpy");
        return copy;
    }

private:
    std::int64_t floats_;
    float* data_ = nullptr;
};

/// Small whole numbers: sums of them are exact in any order.
inline std::vector<float> whole_numbers(std::int64_t n) {
    std::vector<float> values(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 101);
    return values;
}

/// The line of `file` in this folder that is marked "// at: <mark>".
inline int line_marked(const std::string& file, const std::string& mark) {
    std::ifstream source(PLANAPO_SELF_TEST_FOLDER "/" + file);
    std::string text;
    for (int line = 1; std::getline(source, text); ++line)
        if (text.ends_with("// at: " + mark)) return line;
    throw std::runtime_error("no line of " + file + " is marked " + mark);
}

/// The sentence of the DeviceError that `work` throws; empty if it throws none.
inline std::string complaint(const std::function<void()>& work) {
    try {
        work();
    } catch (const DeviceError& error) {
        return error.what();
    }
    return {};
}

/// What the thread sanitizer writes about a race between two lines, whichever comes first.
inline std::string race_between(const std::string& file, const std::string& mark, const std::string& other_mark) {
    const auto a = file + ":" + std::to_string(line_marked(file, mark));
    const auto b = file + ":" + std::to_string(line_marked(file, other_mark));
    return "data race.*(" + a + ".*" + b + "|" + b + ".*" + a + ")";
}

}  // namespace planapo::self_test

#define EXPECT_CONTAINS(text, part) EXPECT_PRED_FORMAT2(::testing::IsSubstring, part, text)

// What only one build can see is tested in that build.
#define NEEDS_ASAN() \
    if (!simt::asan::present()) GTEST_SKIP() << "only the address sanitizer sees this"
#define NEEDS_TSAN() \
    if (!simt::tsan::present()) GTEST_SKIP() << "only the thread sanitizer sees this"

// A race ends the program at once (__tsan_default_options in main.cpp).
#define EXPECT_RACE(work, description) EXPECT_EXIT(work, ::testing::ExitedWithCode(66), description)
