#include "grid.hpp"

#include <algorithm>
#include <initializer_list>

#include "../message.hpp"

namespace planapo {

std::int64_t fast_length(std::int64_t n) {
    for (;; ++n) {
        std::int64_t rest = n;
        for (const std::int64_t prime : {2, 3, 5, 7})
            while (rest % prime == 0) rest /= prime;
        if (rest == 1) return n;
    }
}

Shape radius_of(Shape kernel) { return {kernel.z / 2, kernel.y / 2, kernel.x / 2}; }

WorkingGrid working_grid(Shape image, Shape radius, Boundary boundary) {
    using Fill = Margin::Fill;
    constexpr std::int64_t longest = std::int64_t{1} << 31;
    require(std::max({image.z, image.y, image.x}) < longest,
            "An image of {} voxels is longer than 2^31 on one axis, which no FFT takes.", to_string(image));
    require(static_cast<double>(image.z) * static_cast<double>(image.y) * static_cast<double>(image.x) < 0x1p56,
            "An image of {} voxels is larger than any memory.", to_string(image));
    if (boundary == Boundary::wrap) return {image, {}, {}};
    // Both sides of the image need their own margin: 2 r voxels between its end and, round the corner, its beginning.
    const auto length = [](std::int64_t n, std::int64_t r) { return fast_length(n + 2 * r); };
    const Shape grid{length(image.z, radius.z), length(image.y, radius.y), length(image.x, radius.x)};
    if (boundary == Boundary::mirror) return {grid, {Fill::mirror, radius, 0}, {Fill::mirror, radius, 0}};
    // Outside there is nothing to estimate, and nothing was recorded that could correct anything: a ratio of 1. That
    // has the fixed point of EM on the recorded voxels, without dividing by the projector's response to them.
    return {grid, {Fill::constant, radius, 0}, {Fill::constant, radius, 1}};
}

}  // namespace planapo
