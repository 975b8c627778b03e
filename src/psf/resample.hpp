// A PSF on other voxels.
#pragma once

#include <array>
#include <cstdint>

#include <planapo/volume.hpp>

#include "width.hpp"

namespace planapo {

/// `signal` on a grid of 2 reach + 1 voxels an axis whose middle voxel lies at `origin_px`, each `ratio` times as long
/// as before. Takes a voxel's value as the light collected over it and keeps the sum (but for what falls outside the
/// grid). One-voxel axes are copied.
Volume<float> resample(View<const float> signal, const std::array<double, 3>& origin_px,
                       const std::array<double, 3>& ratio, const Index3& reach);

/// The image's voxels in the PSF's.
std::array<double, 3> ratios(const VoxelSize& psf_voxel, const VoxelSize& image_voxel);

/// The new voxels, each `ratio` old ones long, on either side of the origin's that reach as far as `edge` old ones.
std::int64_t reach_that_covers(double edge, double ratio);

}  // namespace planapo
