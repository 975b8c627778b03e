// One way through a blur that varies, on the host: kernels, and where each of them counts.
#pragma once

#include <array>
#include <vector>

#include <planapo/deconvolve.hpp>
#include <planapo/varying_psf.hpp>

#include "../weights.hpp"
#include "grid.hpp"

namespace planapo {

struct ModalKernels {
    std::vector<Volume<float>> kernels;  // what of them can reach from one voxel of the image to another
    std::vector<Volume<float>> lattices;
    VaryingPsf::Positions knots;  // of the lattices, on each axis
    bool is_even = true;          // all local sums are 1
};

/// What a PSF does to images of this shape. PSFs of a grid are cropped and sum to 1 again, as a single one is; modes
/// are cropped. `share_cut` is the largest share of a PSF's sum that was cut off, 0 for modes.
ModalKernels modal_kernels(const VaryingPsf& psf, Shape image, Boundary boundary, double& share_cut);

/// Where the back projectors of a PSF lie: as many knots on each axis.
Shape back_projector_knots(const VaryingPsf& psf, Shape image);

/// Unmatched back projectors. Each PSF of a grid has its own, and they vary as the PSFs do. Modes have none: there the
/// PSF is looked at in up to 3 x 3 x 3 places, evenly over the image; each such PSF has its back projector, which is as
/// bright as the PSF.
ModalKernels modal_back_projectors(const ModalKernels& psf, const VaryingPsf& given, Shape image,
                                   const DeconvolveOptions& options, const Device& device);

}  // namespace planapo
