// Where a PSF is brightest and how wide it is there.
#pragma once

#include <array>
#include <cstdint>

#include <planapo/psf.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// A voxel, or any three numbers of one: z, y, x.
using Index3 = std::array<std::int64_t, 3>;

inline Index3 extents(const Shape& shape) { return {shape.z, shape.y, shape.x}; }

inline float at(View<const float> volume, const Index3& voxel) { return volume(voxel[0], voxel[1], voxel[2]); }

/// The brightest voxel; the first in z, y, x order where several are equal.
Index3 brightest_voxel(View<const float> volume);

/// `fwhm_px` on the lines through `peak`.
std::array<double, 3> fwhm_px_at(View<const float> psf, const Index3& peak);

}  // namespace planapo
