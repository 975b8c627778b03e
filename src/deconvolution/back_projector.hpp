// Back projectors: what carries the ratio observed / expected back to the estimate.
#pragma once

#include <planapo/deconvolve.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// The kernel of an unmatched back projector: host, sum 1, odd on every axis, origin in the middle. It is built in
/// frequency space on the PSF's own grid, so that it depends on the PSF alone, never on an image, its padding or a
/// chunk of it (Guo et al. 2020, doi:10.1038/s41587-020-0560-x). `psf` sums to 1. The matched projector has no kernel
/// of its own: it is the conjugate OTF.
Volume<float> back_projector(View<const float> psf, Method method, const ProjectorOptions& options,
                             const Device& device);

}  // namespace planapo
