// The pupil as a set of rings, each with the wave that it adds to the image of a point.
#pragma once

#include <array>
#include <complex>
#include <vector>

#include "layers.hpp"

namespace planapo {

/// A ring of the pupil. Its wave is amplitude[m] J_m(lateral r) exp(i axial z) in the component m of the field.
struct Ring {
    double lateral, axial;  ///< in radians per micrometre
    std::array<std::complex<double>, 3> amplitude;
};

struct Pupil {
    std::vector<Ring> rings;
    int components;  ///< 1: a scalar wave; 3: the parts of an unpolarised field. The intensity is the sum of all.
};

/// What a pupil must resolve: points up to so far from the axis, the stage between these positions.
struct Reach {
    double radius_um, first_um, last_um;
};

/// As many rings as it takes to integrate over the pupil to double precision, near enough.
Pupil pupil_of(const Layers& layers, PsfModel model, const Reach& reach);

}  // namespace planapo
