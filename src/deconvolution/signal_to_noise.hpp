// How far an image's structures stand out of its noise.
#pragma once

#include <optional>

#include <planapo/device.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// S / N, at most 1000: half of the light above the median lies in places at least S above it, and N is the noise's
/// standard deviation there. Places are means of 3 x 3 voxels of a plane (3 in a row); the noise is told from light by
/// second differences along both axes, which optics hardly pass where pixels are as small as they should be: medians,
/// which a few hot pixels do not move. Looks at 8 planes at most, evenly spaced, and in each at 2^15 voxels or so of
/// the middle rows. 0 where nothing stands out; empty where rows and columns are shorter than 3. Of what was smoothed
/// or interpolated after it was recorded it says too much. Waits. T: float or std::uint16_t.
template <typename T>
std::optional<double> signal_to_noise(View<const T> image, const Device& device, const Stream& stream);

}  // namespace planapo
