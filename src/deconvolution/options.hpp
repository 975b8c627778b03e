// Whether options can be meant: checked once, at the public boundary.
#pragma once

#include <planapo/deconvolve.hpp>

namespace planapo {

/// Throws `InvalidArgument` naming the option, its value and its range.
void check(const DeconvolveOptions& options);
void check_background(double background);

}  // namespace planapo
