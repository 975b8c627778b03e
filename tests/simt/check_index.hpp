// Put before every file of the simulated build (-include): every access through a planapo::View is checked against the
// view's shape, so that a wrong row of the right buffer is reported too.
#pragma once

#include <cstdint>

namespace simt {

[[noreturn]] void fail_outside(std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t extent_z,
                               std::int64_t extent_y, std::int64_t extent_x);

template <typename Shape>
void check_index(const Shape& shape, std::int64_t z, std::int64_t y, std::int64_t x) {
    if (z < 0 || y < 0 || x < 0 || z >= shape.z || y >= shape.y || x >= shape.x)
        fail_outside(z, y, x, shape.z, shape.y, shape.x);
}

}  // namespace simt

#if defined(PLANAPO_COUNT_TRAFFIC)
#include "count/hear_element.hpp"
#define PLANAPO_CHECK_INDEX(view_shape, iz, iy, ix) \
    (::simt::check_index(view_shape, iz, iy, ix),   \
     ::simt::hear_element(data_ + (iz)*slice_stride_ + (iy)*row_stride_ + (ix), __builtin_return_address(0)))
#else
#define PLANAPO_CHECK_INDEX(view_shape, iz, iy, ix) ::simt::check_index(view_shape, iz, iy, ix)
#endif
