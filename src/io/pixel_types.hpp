// What a voxel may be, and how one kind becomes another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <planapo/io.hpp>

namespace planapo::io {

/// Calls `visit` with a value of the C++ type that `type` stands for.
template <typename Visit>
auto with_type(PixelType type, Visit visit) {
    switch (type) {
        case PixelType::uint8:
            return visit(std::uint8_t{});
        case PixelType::int8:
            return visit(std::int8_t{});
        case PixelType::uint16:
            return visit(std::uint16_t{});
        case PixelType::int16:
            return visit(std::int16_t{});
        case PixelType::uint32:
            return visit(std::uint32_t{});
        case PixelType::int32:
            return visit(std::int32_t{});
        case PixelType::float32:
            return visit(float{});
        case PixelType::float64:
            return visit(double{});
    }
    __builtin_unreachable();
}

/// Converts `count` voxels: to integers rounded to the nearest (halves to even) and saturated, NaN as 0; to float32
/// saturated. Returns how many lay outside the range of the new type or were not a number (NaN and infinity stay what
/// they are in floats).
std::int64_t convert(const void* from, PixelType from_type, void* to, PixelType to_type, std::int64_t count);

/// Reverses the bytes of each of `count` voxels.
void swap_bytes(void* voxels, std::int64_t bytes_per_voxel, std::int64_t count);

/// The smallest and the largest finite voxel; 0 and 0 where there is none.
std::pair<double, double> finite_range(const void* voxels, PixelType type, std::int64_t count);

}  // namespace planapo::io
