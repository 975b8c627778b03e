// When to stop; whether an iteration was worth it is decided in course.hpp.
#pragma once

#include <planapo/deconvolve.hpp>

namespace planapo {

inline bool stops_by_itself(const DeconvolveOptions& options) { return !options.iterations; }

/// How many iterations the options ask for, or how many there may be where a run stops by itself.
int most_iterations(const DeconvolveOptions& options);

}  // namespace planapo
