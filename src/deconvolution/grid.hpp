// The working grid: where an image is transformed, with room around it for what a PSF reaches.
#pragma once

#include <planapo/deconvolve.hpp>
#include <planapo/volume.hpp>

#include "../backend.hpp"

namespace planapo {

/// The smallest product of 2, 3, 5 and 7 that is at least `n`: the lengths that every FFT library is fast at.
std::int64_t fast_length(std::int64_t n);

/// How far a kernel with origin n / 2 reaches on each axis, to either side.
Shape radius_of(Shape kernel);

struct WorkingGrid {
    Shape grid;
    Margin estimate, ratio;  // how the margin of each is filled
};

/// The grid for an image and kernels that reach `radius`. Periodic images get exactly their own size and no margin.
WorkingGrid working_grid(Shape image, Shape radius, Boundary boundary);

}  // namespace planapo
