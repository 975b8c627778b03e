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

}  // namespace planapo
