#include "options.hpp"

#include <cmath>
#include <limits>

#include "../message.hpp"

namespace planapo {

void check(const DeconvolveOptions& options) {
    require(!options.iterations || *options.iterations >= 1,
            "iterations is {}: it must be at least 1, or left out for the method to decide.",
            options.iterations.value_or(0));
    constexpr double largest = std::numeric_limits<float>::max();
    require(options.background >= 0 && options.background <= largest,
            "background is {}: it must be a finite number that is not negative.", options.background);
    require(!options.floor || (*options.floor > 0 && *options.floor <= largest),
            "floor is {}: it must be a finite number above 0.", options.floor.value_or(0));
    const ProjectorOptions& projector = options.projector;
    require(std::isfinite(projector.alpha) && projector.alpha > 0, "alpha is {}: it must be a finite number above 0.",
            projector.alpha);
    require(projector.beta > 0 && projector.beta < 1, "beta is {}: it must lie between 0 and 1.", projector.beta);
    require(projector.order >= 1 && projector.order <= 100, "order is {}: it must be 1 to 100.", projector.order);
    constexpr int most_threads = 4096;  // far more than OpenMP's runtime has room for ends the process
    require(options.threads >= 0 && options.threads <= most_threads, "threads is {}: it must be 1 to {}.",
            options.threads, most_threads);
}

}  // namespace planapo
