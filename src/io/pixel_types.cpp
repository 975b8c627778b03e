// What a voxel may be, and how one kind becomes another.
#include "pixel_types.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "../message.hpp"

namespace planapo {

namespace {

constexpr std::array<std::string_view, 8> names{"uint8",  "int8",  "uint16",  "int16",
                                                "uint32", "int32", "float32", "float64"};

}  // namespace

std::int64_t bytes_per_pixel(PixelType type) {
    return io::with_type(type, [](auto voxel) { return static_cast<std::int64_t>(sizeof voxel); });
}

std::string to_string(PixelType type) { return std::string(names[static_cast<std::size_t>(type)]); }

PixelType pixel_type(std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    require(found != names.end(),
            "'{}' is no pixel type; there are uint8, int8, uint16, int16, uint32, int32, float32 and float64.", name);
    return static_cast<PixelType>(found - names.begin());
}

namespace io {
namespace {

/// Every value of every type is a double exactly, so the rule is written once, in doubles.
template <typename To>
To converted(double value, std::int64_t& clipped) {
    using Limits = std::numeric_limits<To>;
    if constexpr (std::is_same_v<To, double>) {
        return value;
    } else if constexpr (std::is_same_v<To, float>) {
        const double largest = Limits::max();
        if (std::isinf(value) || !(std::abs(value) > largest)) return static_cast<float>(value);
        ++clipped;
        return value > 0 ? Limits::max() : Limits::lowest();
    } else {
        constexpr double low = Limits::min(), high = Limits::max();
        // Halves go to even: high is odd and low even in every integer type, so high + 1/2 leaves the range and low -
        // 1/2 does not.
        clipped += !(value < high + 0.5 && value >= low - 0.5);
        if (std::isnan(value)) return 0;
        return static_cast<To>(std::llrint(std::clamp(value, low, high)));
    }
}

template <typename From, typename To>
std::int64_t convert_all(const From* from, To* to, std::int64_t count) {
    std::int64_t clipped = 0;
    for (std::int64_t i = 0; i < count; ++i) to[i] = converted<To>(static_cast<double>(from[i]), clipped);
    return clipped;
}

}  // namespace

std::int64_t convert(const void* from, PixelType from_type, void* to, PixelType to_type, std::int64_t count) {
    if (from_type == to_type) {
        std::memcpy(to, from, static_cast<std::size_t>(count * bytes_per_pixel(to_type)));
        return 0;
    }
    return with_type(from_type, [&](auto source) {
        return with_type(to_type, [&](auto target) {
            return convert_all(static_cast<const decltype(source)*>(from), static_cast<decltype(target)*>(to), count);
        });
    });
}

void swap_bytes(void* voxels, std::int64_t bytes_per_voxel, std::int64_t count) {
    auto* bytes = static_cast<std::byte*>(voxels);
    for (std::int64_t i = 0; i < count; ++i)
        std::reverse(bytes + i * bytes_per_voxel, bytes + (i + 1) * bytes_per_voxel);
}

std::pair<double, double> finite_range(const void* voxels, PixelType type, std::int64_t count) {
    return with_type(type, [&](auto kind) {
        const auto* values = static_cast<const decltype(kind)*>(voxels);
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (std::int64_t i = 0; i < count; ++i) {
            const double value = static_cast<double>(values[i]);
            if (!std::isfinite(value)) continue;
            low = std::min(low, value);
            high = std::max(high, value);
        }
        return low <= high ? std::pair(low, high) : std::pair(0.0, 0.0);
    });
}

}  // namespace io
}  // namespace planapo
