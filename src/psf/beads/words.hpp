// What is said about a distilled PSF.
#pragma once

#include <vector>

#include "judge.hpp"

namespace planapo {

/// Throws `InvalidArgument` unless `image` could show beads: finite, not constant, each axis of 1 voxel or at least 5.
void require_recording(View<const float> image);

/// Throws `InvalidArgument` where no bead is used; the sentence counts why.
void require_usable(const std::vector<JudgedSpot>& spots, const Recording& recording);

/// Takes the beads over into `report`, with the numbers, steps and warnings that follow from them.
void describe(DistillReport& report, const std::vector<JudgedSpot>& spots, const Recording& recording,
              const DistillPsfOptions& options);

}  // namespace planapo
