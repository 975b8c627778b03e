// Back projectors that know the other views.
#pragma once

#include <vector>

#include <planapo/device.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// Preibisch et al.'s efficient Bayesian ones (2014, doi:10.1038/nmeth.2929): with * for convolution and ' for
/// mirroring, b_v is P_v' times, voxel by voxel, P_v' * P_w * P_w' of every other view w, and sums to 1. PSFs on the
/// host, origin n / 2, sum 1; each projector is as large as its PSF, and odd.
std::vector<Volume<float>> compound_projectors(const std::vector<Volume<float>>& psfs, const Device& device);

}  // namespace planapo
