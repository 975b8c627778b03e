// The spots of a recording that may be beads.
#pragma once

#include <vector>

#include "gaussian_fit.hpp"

namespace planapo {

struct Candidate {
    GaussianSpot spot;  // fitted; where that failed, one of typical width on the brightest voxel
    bool fitted = false;
};

struct Found {
    std::vector<Candidate> candidates;        // the brightest first
    std::array<double, 3> width_px{1, 1, 1};  // typical FWHM of the recording's spots
};

/// Looks twice: with a small filter for bright spots, whose fits tell how wide spots are here; then with a Gaussian as
/// wide as they are, which is the filter that lifts such spots best out of white noise. Hot voxels must be gone.
Found find_spots(View<const float> image);

}  // namespace planapo
