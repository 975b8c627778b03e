// Whether a given number of iterations was too many.
#pragma once

#include <string>
#include <vector>

namespace planapo {

/// A sentence where the I-divergence has been lower, by more than a hundredth, than it was before the last iteration;
/// else nothing. `divergence`: at the image's flux, of the start and of the estimates after 1, 2, ... iterations.
std::string over_iteration_sentence(const std::vector<double>& divergence);

}  // namespace planapo
