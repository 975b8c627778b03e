// What PSFs and voxel sizes must be.
#pragma once

#include <cmath>
#include <string_view>

#include <planapo/psf.hpp>
#include <planapo/volume.hpp>

#include "../message.hpp"

namespace planapo {

/// `what` begins the sentence: "The voxel size".
inline void require_voxel_size(const VoxelSize& voxel, std::string_view what) {
    for (const double size : {voxel.z_um, voxel.y_um, voxel.x_um})
        require(size > 0 && std::isfinite(size), "{} is {} x {} x {} um: each must be positive (z, y, x).", what,
                voxel.z_um, voxel.y_um, voxel.x_um);
}

inline void require_voxels(View<const float> psf) {
    require(!psf.empty() && psf.shape().voxels() > 0, "The PSF is empty ({} voxels).", to_string(psf.shape()));
}

void require_finite(View<const float> psf);

/// At least two different values, all finite.
void require_measured(View<const float> psf);

/// Both sizes positive, and neither more than a hundred times the other.
void require_comparable(const VoxelSize& psf_voxel, const VoxelSize& image_voxel);

void require_preparable(const VoxelSize& psf_voxel, const VoxelSize& image_voxel, const PreparePsfOptions& options);

}  // namespace planapo
