// How a run is going, and whether it goes on: written once for every device, so that it is decided where the numbers
// are and no iteration waits for the host.
#pragma once

#include <cmath>
#include <cstdint>

#include <planapo/volume.hpp>

namespace planapo {

/// Sums over the voxels of an image and of what was expected there.
struct Misfit {
    double divergence = 0;  // I-divergence, sum of y log(y / p) - y + p
    double expected = 0;    // sum of p
};

/// Sums over the voxels of how far an iteration moved the estimate, and the one before it did.
struct Changes {
    double with_before = 0;  // sum of their products
    double before = 0;       // sum of the squares of the one before
};

/// How far the next iteration starts beyond the estimate, in the direction in which the last one moved it.
enum class Momentum : std::int32_t { biggs_andrews, heavy_ball };

/// Whether iterating goes on, ends with the estimate at hand, or with the one before.
enum class Verdict : std::int32_t { go_on, stop, step_back };

/// What the iterations of a run have found out so far.
struct Course {
    double scale = 1;       // gives the estimate the image's flux
    double divergence = 0;  // of the estimate judged last
    std::int32_t judged = 0;
    float momentum = 0;                // beyond the estimate judged next
    Verdict verdict = Verdict::go_on;  // any other: updates leave the estimate as it is
};

/// What the host is told of an estimate.
struct Judgement {
    double divergence = 0;
    double expected = 0;  // sum over the image
    float momentum = 0;   // it was judged with
    Verdict verdict = Verdict::go_on;
};

namespace formula {

/// The factor that gives an estimate the recorded flux: (recorded - background) / (expected - background), each summed
/// over `voxels`.
PLANAPO_HD inline double flux_scale(double recorded, double expected, double background, std::int64_t voxels) {
    const double offset = background * static_cast<double>(voxels);
    const bool both_positive = recorded > offset && expected > offset;
    return both_positive ? (recorded - offset) / (expected - offset) : 1;
}

/// About the estimate after `iteration` iterations, whose divergence was `before` one iteration earlier. What an
/// iteration gains below 0.2 % is noise (docs/algorithms.md has the measurements); one that raises the divergence has
/// made the estimate worse, but for the first, which may overshoot and still be sharper.
PLANAPO_HD inline Verdict verdict(std::int32_t iteration, double before, double divergence) {
    constexpr double least_gain = 2e-3;
    if (iteration == 0) return Verdict::go_on;
    if (iteration > 1 && divergence > before) return Verdict::step_back;
    return before - divergence <= least_gain * before ? Verdict::stop : Verdict::go_on;
}

/// Biggs and Andrews' factor (Appl. Opt. 36, 1766, 1997, doi:10.1364/AO.36.001766) or Wang and Miller's scaled heavy
/// ball (IEEE Trans. Image Process. 23, 848, 2014, doi:10.1109/TIP.2013.2291324), after `iterations`.
PLANAPO_HD inline float momentum(Momentum rule, std::int32_t iterations, const Changes& changes) {
    if (rule == Momentum::heavy_ball) return static_cast<float>(iterations) / static_cast<float>(iterations + 3);
    if (iterations < 2 || !(changes.before > 0)) return 0;
    const double factor = changes.with_before / changes.before;
    return static_cast<float>(factor < 0 ? 0 : factor > 1 ? 1 : factor);
}

/// Of all views: a few rows of one.
PLANAPO_HD inline Misfit sum_of(const View<const Misfit>& totals) {
    Misfit sum;
    for (std::int64_t view = 0; view < totals.shape().y; ++view) {
        sum.divergence += totals(0, view, 0).divergence;
        sum.expected += totals(0, view, 0).expected;
    }
    return sum;
}

/// The I-divergence that an estimate would have at the recorded flux: where nothing but the estimate is expected, with
/// no background, scaling all of it by recorded / expected needs no other look at the voxels.
inline double divergence_at_flux(const Judgement& judgement, double recorded) {
    const double expected = judgement.expected;
    if (!(recorded > 0 && expected > 0)) return judgement.divergence;
    return judgement.divergence - recorded * std::log(recorded / expected) + recorded - expected;
}

/// Judges the next estimate, by its misfit.
PLANAPO_HD inline Judgement judge(Course& course, const Misfit& misfit, bool automatic) {
    if (automatic) course.verdict = verdict(course.judged, course.divergence, misfit.divergence);
    course.divergence = misfit.divergence;
    ++course.judged;
    return {misfit.divergence, misfit.expected, course.momentum, course.verdict};
}

}  // namespace formula
}  // namespace planapo
