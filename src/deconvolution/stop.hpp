// When to stop; whether an iteration was worth it is decided in course.hpp.
#pragma once

#include <vector>

#include <planapo/deconvolve.hpp>

namespace planapo {

inline bool stops_by_itself(const DeconvolveOptions& options) { return !options.iterations; }

/// So many iterations may there be where held-out photons decide.
inline constexpr int most_held_out_iterations = 400;

/// How many iterations the options ask for, or how many there may be where a run stops by itself.
int most_iterations(const DeconvolveOptions& options);

/// Whether `values` have not fallen below their smallest for some entries.
bool past_its_minimum(const std::vector<double>& values);

}  // namespace planapo
