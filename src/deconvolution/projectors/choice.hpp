// What alpha and beta are where nobody has given them.
#pragma once

#include <optional>

#include <planapo/deconvolve.hpp>

namespace planapo {

/// Whether something of the back projector hangs on the image's signal to noise.
bool left_to_choose(const ProjectorOptions& given, Method method);

/// `given`, and what is missing of it that `method` needs: by a signal-to-noise ratio, or by a moderate one where that
/// is not known. The ratio counts in steps of a tenth of a decade, so that images that are alike share a projector.
ProjectorOptions choose(const ProjectorOptions& given, Method method, std::optional<double> signal_to_noise);

}  // namespace planapo
