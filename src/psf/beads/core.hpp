// The core of an averaged PSF, without its noise.
#pragma once

#include "average.hpp"
#include "gaussian_fit.hpp"

namespace planapo {

/// Where the core of `average` differs from `gaussian` by no more than noise, the difference is averaged with that of
/// its neighbours; what stands out of the noise stays. Unlike a smoothed PSF, whose core is wider, a smoothed
/// difference leaves the width of the core what it is. Beyond one and a half FWHM nothing is touched.
Cube without_noise_in_core(const Average& average, const GaussianSpot& gaussian);

}  // namespace planapo
