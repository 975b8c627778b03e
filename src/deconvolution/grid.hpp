// The working grid: where an image is transformed, with room around it for what a PSF reaches.
#pragma once

#include <optional>
#include <vector>

#include <planapo/deconvolve.hpp>
#include <planapo/export.hpp>
#include <planapo/volume.hpp>

#include "../backend.hpp"

namespace planapo {

/// The smallest product of 2, 3, 5 and 7 that is at least `n`: the lengths that every FFT library is fast at.
PLANAPO_API std::int64_t fast_length(std::int64_t n);

/// Seconds that half an iteration takes on a grid by these costs; nothing where they lack the length of an axis.
PLANAPO_API std::optional<double> predicted_seconds(Shape grid, const FftCosts& costs);

/// The grid of fast lengths, at least `least`, that takes the shortest time by `costs`; without them, or where they
/// lack a length, the smallest.
PLANAPO_API Shape cheapest_grid(Shape least, const FftCosts* costs);

/// How far a kernel with origin n / 2 reaches on each axis, to either side.
Shape radius_of(Shape kernel);

/// The farthest that any of several reaches on each axis.
Shape largest_radius(const std::vector<Volume<float>>& kernels);

struct WorkingGrid {
    Shape grid;
    Shape domain;                      // of the estimate: the image, or the grid where light from outside is estimated
    Margin estimate, ratio, residual;  // how the margin of each is filled
};

/// The grid for an image and kernels that reach `radius`, on a device with these costs. Periodic images get exactly
/// their own size and no margin.
WorkingGrid working_grid(Shape image, Shape radius, Boundary boundary, const FftCosts* costs);

}  // namespace planapo
