// What was done to a PSF, in sentences.
#pragma once

#include <planapo/psf.hpp>

#include "background.hpp"

namespace planapo {

/// What the sentences need beside the report's numbers.
struct Findings {
    VoxelSize voxel_before, voxel_after;
    PreparePsfOptions options;
    Background background;
    Index3 peak{};   // the brightest voxel
    Index3 reach{};  // measured voxels on either side of the origin up to which light stands out
};

/// Fills `report.steps` from its numbers.
void describe_steps(PsfReport& report, const Findings& findings);

/// Adds to `report.warnings` what the numbers and the background-free `signal` show.
void look_for_trouble(PsfReport& report, const Findings& findings, View<const float> measured,
                      View<const float> signal);

}  // namespace planapo
