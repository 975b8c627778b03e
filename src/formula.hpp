// The arithmetic of one voxel, written once for every device: no loops over voxels, no memory of their own.
// Both backends walk the voxels and call these.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include <planapo/volume.hpp>

namespace planapo {

/// A coefficient of a spectrum; laid out as every FFT library has it.
struct alignas(8) Complex {
    float re = 0, im = 0;
};

enum class Conjugate { no, yes };

namespace formula {

PLANAPO_HD inline float larger(float a, float b) { return a > b ? a : b; }

PLANAPO_HD inline Complex sum(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }

PLANAPO_HD inline Complex product(Complex a, Complex b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/// a times the conjugate of b.
PLANAPO_HD inline Complex product_conjugate(Complex a, Complex b) {
    return {a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
}

PLANAPO_HD inline Complex product(Complex a, Complex b, Conjugate of_b) {
    return of_b == Conjugate::yes ? product_conjugate(a, b) : product(a, b);
}

/// What was recorded above the background, as an estimate to start from.
PLANAPO_HD inline float above_background(float observed, float background, float floor) {
    return larger(observed - background, floor);
}

/// What the model expects to be recorded where `blurred` arrives on top of `background`: never below `floor`.
PLANAPO_HD inline float expected(float blurred, float background, float floor) {
    return larger(blurred + background, floor);
}

/// The same for an estimate times `scale`.
PLANAPO_HD inline float expected_at_scale(float blurred, float background, float scale, float floor) {
    return larger(scale * blurred + background, floor);
}

/// What one view asks for where it recorded `observed`: 0 where that is what was expected, or nothing is known. Never
/// multiplies what a weight of 0 marks as unknown, which may be anything.
PLANAPO_HD inline float residual(float observed, float expected, float weight) {
    return weight > 0.f ? weight * (observed / expected - 1.f) : 0.f;
}

/// The step for a place of which trusted voxels see `seen` in all. With sharp lobes of its own a projector is to be
/// trusted only as far as its neighbourhood is seen: `sight` of 1.
PLANAPO_HD inline float gain_for(float seen, float sight, float least) {
    return seen > least ? sight * sight * sight / seen : 0.f;
}

/// A step from where the correction was computed. Where nobody sees anything the estimate is dark.
PLANAPO_HD inline float corrected_by(float point, float correction, float gain, float penalty, float floor) {
    return gain > 0.f ? larger(point * (1.f + gain * correction) * penalty, floor) : floor;
}

/// One Richardson-Lucy step. The back-projected ratio of an unmatched projector may be negative: the estimate is
/// clamped.
PLANAPO_HD inline float corrected(float estimate, float correction, float floor) {
    return larger(estimate * correction, floor);
}

/// Whether two halves of an image ask for the same, by the corrections they ask for: each 1/2 where it asks for
/// nothing, because a half holds half of the light. Positive where both ask for more, or both for less.
PLANAPO_HD inline float agreement(float first, float second) { return (2.f * first - 1.f) * (2.f * second - 1.f); }

/// log(r) for r > 0, to 2e-7 relative of 1 + |log r|: the same bits on every device and free to vectorise, which the
/// library's is not. Range reduction to [sqrt(1/2), sqrt(2)), then log(m) = 2 atanh(s), s = (m - 1) / (m + 1), |s| <
/// 0.172.
PLANAPO_HD inline float logarithm(float r) {
    const std::int32_t bits = std::bit_cast<std::int32_t>(r) - 0x3f3504f3;
    const float exponent = static_cast<float>(bits >> 23);
    const float mantissa = std::bit_cast<float>((bits & 0x007fffff) + 0x3f3504f3);
    const float s = (mantissa - 1.f) / (mantissa + 1.f);
    const float s2 = s * s;
    const float series = 2.f + s2 * (0.66666667f + s2 * (0.4f + s2 * (0.28571429f + s2 * 0.2222222f)));
    return exponent * 0.693147181f + s * series;
}

/// The I-divergence of one voxel, y log(y / p) - y + p (Csiszar 1991): what Richardson-Lucy makes small. y >= 0, p > 0.
/// No branch for y = 0: logarithm(0) is finite, and 0 times it is 0.
PLANAPO_HD inline float divergence(float observed, float expected) {
    return observed * logarithm(observed / expected) + (expected - observed);
}

/// What a view's correction leaves of an estimate when others have their say too; unmatched projectors may ask for less
/// than nothing.
PLANAPO_HD inline float shared_factor(float correction, float gain, float share) {
    constexpr float least = 1e-3f;
    return std::pow(larger(1.f + gain * correction, least), share);
}

/// Where the next iteration starts: as far again as the estimate has come, times the momentum.
PLANAPO_HD inline float predicted(float estimate, float previous, float momentum, float floor) {
    return larger(estimate + momentum * (estimate - previous), floor);
}

/// What a penalty leaves of an estimate: 1 / (1 - pull), never more than ten times as much.
PLANAPO_HD inline float penalised(float pull) { return 1.f / larger(1.f - pull, 0.1f); }

/// Calls `visit(position)` for every position on a grid axis at which voxel `i` of the core appears: i itself and its
/// mirror images in the margin (edge voxel repeated). The margin lies behind the core; its last `before` positions are,
/// round the corner, those before voxel 0.
template <typename Visit>
PLANAPO_HD inline void for_each_image(std::int64_t i, std::int64_t core, std::int64_t grid, std::int64_t before,
                                      Visit visit) {
    const std::int64_t period = 2 * core;
    for (const std::int64_t start : {i, period - 1 - i}) {
        std::int64_t c = start;
        while (c - period >= -before) c -= period;  // no division: it costs a GPU a hundred instructions
        for (; c < grid - before; c += period) visit(c < 0 ? c + grid : c);
    }
}

}  // namespace formula
}  // namespace planapo
