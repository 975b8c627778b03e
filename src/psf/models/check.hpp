// What a microscope must be to have a PSF that can be computed.
#pragma once

#include <planapo/psf_models.hpp>

namespace planapo {

void require_optics(const Optics& optics, PsfModel model);
void require_options(const Optics& optics, VoxelSize voxel, const ModelPsfOptions& options);
void require_confocal(const Optics& optics, const Confocal& confocal);
void require_sheet(const LightSheet& sheet, const Optics& optics);

}  // namespace planapo
