// The noise of a PSF's tails.
#pragma once

#include <array>

#include <planapo/volume.hpp>

#include "width.hpp"

namespace planapo {

/// `signal` with the noise (standard deviation `noise_sd`, the same everywhere) averaged out where nothing else is:
/// each voxel moves towards the mean of its 5 x 5 x 5 neighbourhood by the share of the neighbourhood's variance that
/// noise explains. The core stays as it is.
Volume<float> smooth_tails(View<const float> signal, double noise_sd);

/// How many voxels beyond its reach a PSF fades to zero: one FWHM, at least 2.
Index3 fade_px(const std::array<double, 3>& width_px);

/// Fades `signal` to zero (half a period of a cosine) from `reach` to `reach + fade` voxels beside `middle`, so that
/// the box in which it is kept does not end in a step. Nothing that stands out is touched.
void fade_out(View<float> signal, const Index3& middle, const Index3& reach, const Index3& fade);

}  // namespace planapo
