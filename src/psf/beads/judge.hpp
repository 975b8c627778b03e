// Which spots become part of a PSF, and why the others do not.
#pragma once

#include <vector>

#include <planapo/bead_psf.hpp>

#include "find.hpp"

namespace planapo {

/// A spot with what is said about it.
struct JudgedSpot {
    Bead bead;
    GaussianSpot spot;
};

/// What spots are judged by, beside the options.
struct Recording {
    View<const float> image;  // without hot voxels
    VoxelSize voxel;
    double background = 0, noise_sd = 0;
};

std::vector<JudgedSpot> judge(const Found& found, const Recording& recording, const DistillPsfOptions& options);

/// Rejects beads whose residual stands out from those of the others. Returns how many.
std::int64_t reject_unlike(std::vector<JudgedSpot>& spots, double noise_sd);

}  // namespace planapo
