// How bright it is where a PSF is not, and where to look for that.
#pragma once

#include <cstdint>
#include <functional>

#include <planapo/volume.hpp>

#include "width.hpp"

namespace planapo {

/// A box of voxels: from `first` to `last`, both inside.
struct Box {
    Index3 first{}, last{};
    bool holds(const Index3& voxel) const;
};

struct Background {
    double level = 0, noise_sd = 0;
    std::int64_t voxels = 0;  // that it was estimated from
    bool tails_only = false;  // no noise was found: the smallest value of the window was taken
};

/// Whether a voxel lies on the outermost shell of the axes longer than two voxels.
bool on_rim(const Index3& voxel, const Shape& shape);

/// A first guess, before it is known where the PSF ends: from the rim or from all voxels, whichever is lower.
Background background_of_window(View<const float> measured);

/// From the voxels around `inner` but within `outer`; `fallback` where they are too few.
Background background_around(View<const float> measured, const Box& inner, const Box& outer,
                             const Background& fallback);

}  // namespace planapo
