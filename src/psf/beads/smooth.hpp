// Separable filters on whole recordings. Beyond a border there is nothing, and what is inside counts for more.
#pragma once

#include <array>

#include <planapo/volume.hpp>

#include "../width.hpp"

namespace planapo {

Volume<float> copy_of(View<const float> image);

/// Averaged with Gaussian weights. One-voxel axes stay as they are.
Volume<float> gaussian_mean(View<const float> image, const std::array<double, 3>& sd_px);

/// Averaged over boxes of 2 reach + 1 voxels.
Volume<float> box_mean(View<const float> image, const Index3& reach);

}  // namespace planapo
