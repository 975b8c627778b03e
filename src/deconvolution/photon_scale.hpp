// How many photons a unit of an image is, found from its noise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <planapo/export.hpp>
#include <planapo/volume.hpp>

#include "../backend.hpp"

namespace planapo {

/// The noise of a camera: variance = (mean - dark) / photons_per_unit. Read noise lowers `dark`, as if there were light
/// that gives as much noise.
struct PhotonScale {
    double photons_per_unit = 1, dark = 0;
};

/// What is known of it; where nothing is, the reason, which goes on after "because".
struct FoundPhotonScale {
    std::optional<PhotonScale> scale;
    std::string reason;
};

/// Mean and noise of a small part of an image.
struct NoiseSample {
    double mean = 0, variance = 0;
    double variance_of_fourth = 0;  // by fourth differences: the same where noise is white and the object smooth
};

/// Looks at up to 4096 squares of 20 x 20 voxels, spread evenly over the planes of `image`. Waits.
std::vector<NoiseSample> noise_samples(View<const float> image, Backend& backend, const Stream& stream);

/// A robust line through the samples; only its dark level where `photons_per_unit` is known.
PLANAPO_API FoundPhotonScale fit_photon_scale(const std::vector<NoiseSample>& samples,
                                              std::optional<double> photons_per_unit);

}  // namespace planapo
