// The average of beads that lie on each other.
#pragma once

#include <vector>

#include "cube.hpp"

namespace planapo {

struct Average {
    Cube mean;
    Cube standard_error;  // of the mean, from the scatter of the beads; averaged over neighbouring voxels
};

/// A bead on the PSF's grid and scale, and the noise of its voxels (relative to its peak).
struct AlignedBead {
    Cube cube;
    double noise = 0;
};

/// The weighted mean of each voxel without the beads that lie more than five robust standard deviations (from the
/// median distance to the median) away from the others there: hot voxels, neighbours' light.
Average average(const std::vector<AlignedBead>& beads);

}  // namespace planapo
