// No light is negative.
#pragma once

#include <planapo/volume.hpp>

namespace planapo {

struct Clipped {
    double negative_share = 0;  // of the positive sum, before
    double level = 0;           // subtracted before what is negative is set to zero, relative to the brightest voxel
};

/// Makes `psf` (its sum must be positive) the nearest PSF, in least squares, that has no negative voxel and the same
/// sum. Setting negative voxels to zero alone would add light: noise of standard deviation s would become a pedestal of
/// 0.4 s under the whole PSF.
Clipped clip_keeping_sum(View<float> psf);

}  // namespace planapo
