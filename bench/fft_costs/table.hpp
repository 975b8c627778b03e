// Measures a table of costs, and how far it can be trusted.
#pragma once

#include <vector>

#include "deconvolution/grid.hpp"
#include "stopwatch.hpp"

namespace planapo::bench {

/// Which grids are measured: about as many voxels as a cube of `side` has, at most `longest` on an axis.
struct Extent {
    std::int64_t side = 512, longest = 2048;  // both fast lengths
};

/// The costs of all fast lengths.
FftCosts measure_costs(const Extent& extent, Stopwatch& stopwatch);

/// A grid that was chosen for some image, and what it takes.
struct Chosen {
    Shape grid;
    double seconds, predicted_seconds;

    double miss() const { return predicted_seconds / seconds - 1; }
};

/// The smallest grid and the cheapest for an image that needs at least so much.
struct Trial {
    Shape least;
    Chosen smallest, cheapest;
};

/// Images of mixed shapes, the same ones each time.
std::vector<Trial> try_costs(const FftCosts& costs, const Extent& extent, Stopwatch& stopwatch);

/// How far predictions are off: the median and the largest of what they miss, as a share of the measured time.
struct Misses {
    double median, worst;
};
Misses misses_of(const std::vector<Trial>& trials);

/// How much faster the cheapest grids are than the smallest, all together.
double gain_of(const std::vector<Trial>& trials);

}  // namespace planapo::bench
