// The formulas are Guo et al.'s with the algebra put right: the published code calibrates the Butterworth part with the
// Wiener gain where its square belongs, flips even-sized PSFs off by a voxel and centres its masks half a bin off zero
// frequency.
#include "filters.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "support.hpp"

namespace planapo {

namespace {

double squared(double x) { return x * x; }

/// Cycles per voxel of the k-th of n coefficients, in the FFT's order.
double frequency(std::int64_t k, std::int64_t n) {
    return static_cast<double>(k <= (n - 1) / 2 ? k : k - n) / static_cast<double>(n);
}

Frequency frequency(const SmallSpectrum::Position& at) {
    return {frequency(at.z, at.real.z), frequency(at.y, at.real.y), frequency(at.x, at.real.x)};
}

/// The frequency in units of a cutoff per axis, squared: 1 on the ellipsoid through the cutoffs.
double squared_radius(const SmallSpectrum::Position& at, const Widths& cutoff) {
    const Frequency f = frequency(at);
    return squared(f[0] / cutoff[0]) + squared(f[1] / cutoff[1]) + squared(f[2] / cutoff[2]);
}

/// 1 / sqrt(1 + strength w^order), w the squared radius: Butterworth's gain.
double butterworth(double w, double strength, int order) {
    return 1 / std::sqrt(1 + strength * std::pow(std::min(w, 1e15), order));  // capped where the gain is 0 anyway
}

/// Resolution limits: 1 / FWHM per axis, also where that lies beyond Nyquist's frequency.
Widths cutoffs(const Widths& fwhm_px) { return {1 / fwhm_px[0], 1 / fwhm_px[1], 1 / fwhm_px[2]}; }

/// The largest gain at the x cutoff in the plane kz = 0; a cutoff beyond the last frequency is read there.
double gain_at_x_cutoff(SmallSpectrum& spectrum, double cutoff_x) {
    const std::int64_t n = spectrum.shape().x;
    const auto at_cutoff =
        std::min(static_cast<std::int64_t>(std::floor(cutoff_x * static_cast<double>(n) + 0.5)), n / 2);
    double gain = 0;
    spectrum.for_each([&](const auto& at, std::complex<float>& value) {
        if (at.z == 0 && at.x == at_cutoff) gain = std::max<double>(gain, std::abs(value));
    });
    return gain;
}

/// |F| of the whole spectrum: F(-k) is the conjugate of F(k).
Volume<float> gains(SmallSpectrum& spectrum) {
    const Shape n = spectrum.shape();
    Volume<float> gain(n);
    const View<float> out = gain;
    const auto opposite = [](std::int64_t k, std::int64_t length) { return (length - k) % length; };
    spectrum.for_each([&](const auto& at, std::complex<float>& value) {
        out(at.z, at.y, at.x) = std::abs(value);
        out(opposite(at.z, n.z), opposite(at.y, n.y), opposite(at.x, n.x)) = std::abs(value);
    });
    return gain;
}

/// 1 up to four fifths of the way to the edge, 0 beyond it, a squared cosine between.
double apodisation(double distance) {
    constexpr double falls_from = 0.8;
    if (distance < falls_from) return 1;
    return distance < 1 ? squared(std::cos(0.5 * std::numbers::pi * (distance - falls_from) / (1 - falls_from))) : 0;
}

}  // namespace

void make_gaussian(SmallSpectrum& spectrum, const Widths& fwhm_px) {
    const double per_sigma = std::sqrt(8 * std::log(2.0));
    const Widths inverse_sigma{per_sigma / fwhm_px[0], per_sigma / fwhm_px[1], per_sigma / fwhm_px[2]};
    spectrum.for_each([&](const auto& at, std::complex<float>& value) {
        value = static_cast<float>(std::exp(-2 * squared(std::numbers::pi) * squared_radius(at, inverse_sigma)));
    });
}

void make_butterworth(SmallSpectrum& spectrum, const Widths& fwhm_px, double beta, int order) {
    const double strength = 1 / squared(beta) - 1;
    spectrum.for_each([&](const auto& at, std::complex<float>& value) {
        value = static_cast<float>(butterworth(squared_radius(at, cutoffs(fwhm_px)), strength, order));
    });
}

void make_wiener(SmallSpectrum& spectrum, double alpha) {
    double largest = 0;
    spectrum.for_each(
        [&](const auto&, std::complex<float>& value) { largest = std::max<double>(largest, std::abs(value)); });
    spectrum.for_each([&](const auto&, std::complex<float>& value) {
        const std::complex<double> f = std::complex<double>(value) / largest;
        value = std::complex<float>(std::conj(f) / (std::norm(f) + alpha));
    });
}

void make_wiener_butterworth(SmallSpectrum& spectrum, const Widths& fwhm_px, double alpha, double beta, int order) {
    make_wiener(spectrum, alpha);
    const Widths cutoff = cutoffs(fwhm_px);
    // A Wiener gain that is below beta at the cutoff already needs no further damping.
    const double strength = std::max(squared(gain_at_x_cutoff(spectrum, cutoff[2]) / beta) - 1, 0.0);
    spectrum.for_each([&](const auto& at, std::complex<float>& value) {
        value *= static_cast<float>(butterworth(squared_radius(at, cutoff), strength, order));
    });
}

void make_masked_wiener(SmallSpectrum& spectrum, double alpha) {
    const OtfSupport support(gains(spectrum));
    make_wiener(spectrum, alpha);
    spectrum.for_each([&](const auto& at, std::complex<float>& value) {
        value *= static_cast<float>(apodisation(support.distance(frequency(at))));
    });
}

}  // namespace planapo
