// What PSFs and voxel sizes must be, for the preparation of a PSF.
#include "check.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "width.hpp"

namespace planapo {

void require_finite(View<const float> psf) {
    require_voxels(psf);
    const Shape& shape = psf.shape();
    std::int64_t non_finite = 0;
    Index3 first{};
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x)
                if (!std::isfinite(psf(z, y, x)) && non_finite++ == 0) first = {z, y, x};
    require(non_finite == 0,
            "{} of the PSF's {} voxels are not finite, the first at ({}, {}, {}) (z, y, x): repair or crop it.",
            non_finite, shape.voxels(), first[0], first[1], first[2]);
}

void require_measured(View<const float> measured) {
    require_finite(measured);
    const Shape& shape = measured.shape();
    float least = std::numeric_limits<float>::infinity(), most = -least;
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) {
                least = std::min(least, measured(z, y, x));
                most = std::max(most, measured(z, y, x));
            }
    require(shape.voxels() == 1 ? most > 0 : most > least, "Every voxel of the PSF is {}: it shows no point.", most);
}

void require_comparable(const VoxelSize& psf_voxel, const VoxelSize& image_voxel) {
    require_voxel_size(psf_voxel, "The PSF's voxel size");
    require_voxel_size(image_voxel, "The image's voxel size");
    const std::array<double, 3> before{psf_voxel.z_um, psf_voxel.y_um, psf_voxel.x_um};
    const std::array<double, 3> after{image_voxel.z_um, image_voxel.y_um, image_voxel.x_um};
    for (int axis = 0; axis < 3; ++axis) {
        const double ratio = after[axis] / before[axis];
        require(
            ratio > 0.01 && ratio < 100,
            "The image's voxels ({:.6g} um) are {:.6g} times as long as the PSF's ({:.6g} um): check that both are in "
            "micrometres.",
            after[axis], ratio, before[axis]);
    }
}

void require_preparable(const VoxelSize& psf_voxel, const VoxelSize& image_voxel, const PreparePsfOptions& options) {
    require_comparable(psf_voxel, image_voxel);
    require(options.energy >= 0.5 && options.energy <= 1, "The energy {} is out of range: give a share from 0.5 to 1.",
            options.energy);
    require(std::isfinite(options.background.value_or(0)), "The background {} is not finite.",
            options.background.value_or(0));
}

}  // namespace planapo
