// From intensities around the axis to a PSF: where its focus lies, how large it becomes, what each voxel receives.
#pragma once

#include <functional>

#include <planapo/psf_models.hpp>

#include "layers.hpp"
#include "radial.hpp"

namespace planapo {

/// What a microscope makes of a point.
struct Recipe {
    Layers layers;            ///< of the emission
    double bandwidth_per_um;  ///< of the intensity, across the axis
    std::function<RadialTable(const RadialGrid&)> intensity;
    /// What an illumination in the focus leaves of the light at this distance from it.
    std::function<double(double)> illumination = [](double) { return 1.0; };
};

ModelPsf render(const Recipe& recipe, VoxelSize voxel, const ModelPsfOptions& options);

}  // namespace planapo
