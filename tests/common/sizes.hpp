// The shapes that verbs are tested on.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

#include <planapo/volume.hpp>

namespace planapo::testing {

/// Every extent from 1 to 33 on every axis, one shape for each: 7 and 13 have no divisor in common with 33.
inline std::vector<Shape> all_extents() {
    std::vector<Shape> shapes;
    for (std::int64_t n = 1; n <= 33; ++n) shapes.push_back({7 * n % 33 + 1, 13 * n % 33 + 1, n});
    return shapes;
}

/// Just below, at and just above what one block of threads takes (4 x 8 x 32), and longer than several of them on each
/// axis.
inline std::vector<Shape> around_blocks() {
    return {{3, 7, 31}, {4, 8, 32}, {5, 9, 33}, {1, 1, 65}, {1, 65, 1}, {65, 1, 1}, {2, 17, 97}};
}

/// Small enough for the thread sanitizer, which takes a thousand times as long: single voxels, single blocks, just
/// above a block.
inline std::vector<Shape> few() { return {{1, 1, 1}, {1, 1, 33}, {5, 3, 2}, {3, 9, 16}, {9, 2, 7}, {16, 16, 16}}; }

inline std::vector<Shape> quick_sizes() {
#if defined(__SANITIZE_THREAD__)
    return few();
#else
    std::vector<Shape> shapes = all_extents();
    for (const Shape& shape : around_blocks()) shapes.push_back(shape);
    return shapes;
#endif
}

/// For `make soak`.
inline std::vector<Shape> soak_sizes() {
#if defined(__SANITIZE_THREAD__)
    return {{5, 9, 33}, {16, 16, 16}, {1, 17, 65}};
#else
    return {{33, 33, 33}, {64, 64, 64},  {1, 1, 4097},   {1, 4097, 1},
            {4097, 1, 1}, {1, 300, 500}, {17, 129, 257}, {100, 90, 81}};
#endif
}

/// Calls `check(shape)` for each; the simulator runs blocks and threads in another order each time.
template <typename Check>
void for_each_size(const std::vector<Shape>& shapes, Check check) {
    constexpr std::array orders = {"forward", "reverse", "shuffled"};
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const char* order = orders[i % orders.size()];
        ::setenv("PLANAPO_SIMT_ORDER", order, 1);
        SCOPED_TRACE(::testing::Message() << to_string(shapes[i]) << ", threads " << order);
        check(shapes[i]);
        if (::testing::Test::HasFatalFailure()) break;
    }
    ::unsetenv("PLANAPO_SIMT_ORDER");
}

}  // namespace planapo::testing
