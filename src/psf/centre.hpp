// Where, between the voxels, the middle of a PSF lies.
#pragma once

#include <array>

#include <planapo/psf.hpp>

#include "width.hpp"

namespace planapo {

/// The brightest voxel of the brightest 3 x 3 x 3 neighbourhood: no lone hot pixel.
Index3 brightest_spot(View<const float> signal);

/// The sub-pixel centre (z, y, x; a voxel's centre is its index) around the voxel `peak`, of a PSF without background.
std::array<double, 3> centre_of(View<const float> signal, const Index3& peak, const std::array<double, 3>& width_px,
                                PsfCentre centre);

}  // namespace planapo
