// Where a point is brightest.
#pragma once

#include "render.hpp"

namespace planapo {

/// The stage position of the brightest point on the axis, the illumination left aside.
double brightest_um(const Recipe& recipe);

}  // namespace planapo
