// PSFs and back projectors as small arrays on the host: origin at index n / 2 of each axis, sum 1.
#pragma once

#include <planapo/deconvolve.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// A copy that sums to 1. Throws `InvalidArgument` if a voxel is not finite or the sum is not positive.
Volume<float> normalised_psf(View<const float> psf);

/// What of a kernel can reach from one voxel of an image to another: offsets up to n - 1 (periodic images: all).
/// `share_cut` is the share of the sum that cannot; what is left sums to 1 again, so that brightness is kept.
Volume<float> within_reach(View<const float> kernel, Shape image, Boundary boundary, double& share_cut);

/// The same, not scaled: also for kernels that do not sum to 1.
Volume<float> cropped_to_reach(View<const float> kernel, Shape image, Boundary boundary);

/// A kernel on a periodic grid on the host: origin at voxel 0, what falls off one side comes in at the other and is
/// added. Divided by the grid's voxels, because the transforms are unnormalised.
void place(View<const float> kernel, View<float> grid);

}  // namespace planapo
