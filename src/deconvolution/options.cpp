#include "options.hpp"

#include <cmath>
#include <limits>

#include "../message.hpp"

namespace planapo {

namespace {

void check(const Regularisation& by) {
    require(by.strength > 0 && by.strength <= 1, "The regularisation's strength is {}: it must lie in (0, 1].",
            by.strength);
    for (const double edge : {by.voxel.z_um, by.voxel.y_um, by.voxel.x_um})
        require(edge > 0 && std::isfinite(edge), "The voxel size is {} x {} x {} um: each must be positive (z, y, x).",
                by.voxel.z_um, by.voxel.y_um, by.voxel.x_um);
    require(!by.scale || (*by.scale > 0 && std::isfinite(*by.scale)),
            "The regularisation's scale is {}: it must be a finite number above 0.", by.scale.value_or(0));
}

/// The factors depend on the whole image, and make an unmatched projector overshoot even further.
void check_acceleration(const DeconvolveOptions& options) {
    const bool given = !options.momentum.empty(), wanted = options.acceleration != Acceleration::none;
    require(!wanted || options.method == Method::matched,
            "Acceleration is for the matched method: an unmatched projector is fast already, and would overshoot.");
    require(wanted || !given, "Factors of acceleration are given, but no acceleration is asked for.");
    if (!given) return;
    require(options.iterations && *options.iterations <= static_cast<int>(options.momentum.size()) + 1,
            "{} of acceleration do for at most {} iterations: ask for so many or fewer.",
            counted(options.momentum.size(), "factor"), options.momentum.size() + 1);
    for (const float factor : options.momentum)
        require(factor >= 0 && factor <= 1, "A factor of acceleration is {}: each must lie between 0 and 1.", factor);
}

/// A consensus has an update of its own, which knows no other rules.
void check_stop(const DeconvolveOptions& options) {
    const bool splits = options.stop != Stop::divergence;
    require(!splits || options.method == Method::matched,
            "The stops \"held-out\" and \"consensus\" are for the method \"matched\": the others do not make a "
            "prediction as good as they can.");
    require(options.stop != Stop::consensus ||
                (options.boundary != Boundary::unknown && options.acceleration == Acceleration::none &&
                 options.regularisation.penalty == Penalty::none),
            "The stop \"consensus\" knows no unknown boundary, no acceleration and no regularisation: leave them out, "
            "or stop by \"held-out\".");
}

}  // namespace

void check_background(double background) {
    constexpr double largest = std::numeric_limits<float>::max();
    require(background >= 0 && background <= largest,
            "background is {}: it must be a finite number that is not negative.", background);
}

void check(const DeconvolveOptions& options) {
    require(!options.iterations || *options.iterations >= 1,
            "iterations is {}: it must be at least 1, or left out for the method to decide.",
            options.iterations.value_or(0));
    constexpr double largest = std::numeric_limits<float>::max();
    check_background(options.background);
    require(!options.floor || (*options.floor > 0 && *options.floor <= largest),
            "floor is {}: it must be a finite number above 0.", options.floor.value_or(0));
    check_stop(options);
    require(!options.photons_per_unit || (*options.photons_per_unit > 0 && *options.photons_per_unit <= largest),
            "photons_per_unit is {}: it must be a finite number above 0.", options.photons_per_unit.value_or(0));
    const ProjectorOptions& projector = options.projector;
    require(!projector.alpha || (std::isfinite(*projector.alpha) && *projector.alpha > 0),
            "alpha is {}: it must be a finite number above 0, or left out for the method to decide.",
            projector.alpha.value_or(0));
    require(!projector.beta || (*projector.beta > 0 && *projector.beta < 1),
            "beta is {}: it must lie between 0 and 1, or be left out for the method to decide.",
            projector.beta.value_or(0));
    require(projector.order >= 1 && projector.order <= 100, "order is {}: it must be 1 to 100.", projector.order);
    check(options.regularisation);
    check_acceleration(options);
    constexpr int most_threads = 4096;  // far more than OpenMP's runtime has room for ends the process
    require(options.threads >= 0 && options.threads <= most_threads, "threads is {}: it must be 1 to {}.",
            options.threads, most_threads);
}

}  // namespace planapo
