// The background and the noise of a recording whose beads fill a small part of it.
#pragma once

#include <vector>

#include <planapo/volume.hpp>

namespace planapo {

struct Level {
    double mean = 0, sd = 0;
};

/// Mean and standard deviation of what lies within three standard deviations of the mean, until that settles.
Level level_of(View<const float> image);

/// The noise, from the differences between neighbours in x: an uneven background does not count.
double noise_of(View<const float> image);

/// The upper one of an even number of values.
double median_of(std::vector<double> values);

/// Replaces each voxel that stands alone in its plane, more than three times as high above `background` as any of its
/// eight neighbours, by their median: no optics make that. Returns how many there were.
std::int64_t replace_hot_voxels(View<float> image, double background, double noise_sd);

}  // namespace planapo
