// Where the voxels of an image lie among the knots of coefficients that vary.
#pragma once

#include <vector>

#include <planapo/varying_psf.hpp>

#include "../weights.hpp"
#include "grid.hpp"

namespace planapo {

/// Positions of `knots` knots on an axis of an image: those given, or evenly from its first voxel to its last.
std::vector<double> knot_positions(const std::vector<double>& given, std::int64_t knots, std::int64_t voxels);

/// Between which knots `position` lies; beyond the outermost, at them.
Place place_among(const std::vector<double>& knots, double position);

/// The places of all positions of a grid's axis, each of which takes itself: in the margin, those of the voxel of the
/// core that a mirror shows there.
std::vector<Place> places_on_grid(const std::vector<double>& knots, std::int64_t core, std::int64_t grid,
                                  std::int64_t before);

/// The coefficients of the PSF at one knot of a grid: 1 there, 0 at the others.
Volume<float> hat(Shape knots, std::int64_t index);

}  // namespace planapo
