// The formulas are Guo et al.'s with the algebra put right: the published code calibrates the Butterworth part with the
// Wiener gain where its square belongs, flips even-sized PSFs off by a voxel and centres its masks half a bin off zero
// frequency.
#include "back_projector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "../psf/width.hpp"
#include "kernel.hpp"
#include "small_spectrum.hpp"

namespace planapo {

namespace {

using Widths = std::array<double, 3>;

double squared(double x) { return x * x; }

/// Cycles per voxel of the k-th of n coefficients, in the FFT's order.
double frequency(std::int64_t k, std::int64_t n) {
    return static_cast<double>(k <= (n - 1) / 2 ? k : k - n) / static_cast<double>(n);
}

/// The frequency in units of a cutoff per axis, squared: 1 on the ellipsoid through the cutoffs.
double squared_radius(const SmallSpectrum::Position& at, const Widths& cutoff) {
    return squared(frequency(at.z, at.real.z) / cutoff[0]) + squared(frequency(at.y, at.real.y) / cutoff[1]) +
           squared(frequency(at.x, at.real.x) / cutoff[2]);
}

/// 1 / sqrt(1 + strength w^order), w the squared radius: Butterworth's gain.
double butterworth(double w, double strength, int order) {
    return 1 / std::sqrt(1 + strength * std::pow(std::min(w, 1e15), order));  // capped where the gain is 0 anyway
}

/// Resolution limits: 1 / FWHM per axis, also where that lies beyond Nyquist's frequency.
Widths cutoffs(const Widths& fwhm_px) { return {1 / fwhm_px[0], 1 / fwhm_px[1], 1 / fwhm_px[2]}; }

void make_gaussian(SmallSpectrum& spectrum, const Widths& fwhm_px) {
    const double per_sigma = std::sqrt(8 * std::log(2.0));
    const Widths inverse_sigma{per_sigma / fwhm_px[0], per_sigma / fwhm_px[1], per_sigma / fwhm_px[2]};
    spectrum.for_each([&](const auto& at, std::complex<float>& value) {
        value = static_cast<float>(std::exp(-2 * squared(std::numbers::pi) * squared_radius(at, inverse_sigma)));
    });
}

void make_butterworth(SmallSpectrum& spectrum, const Widths& fwhm_px, const ProjectorOptions& options) {
    const double strength = 1 / squared(options.beta) - 1;
    spectrum.for_each([&](const auto& at, std::complex<float>& value) {
        value = static_cast<float>(butterworth(squared_radius(at, cutoffs(fwhm_px)), strength, options.order));
    });
}

/// conj(F) / (|F|^2 + alpha), F relative to its largest.
void make_wiener(SmallSpectrum& spectrum, double alpha) {
    double largest = 0;
    spectrum.for_each(
        [&](const auto&, std::complex<float>& value) { largest = std::max<double>(largest, std::abs(value)); });
    spectrum.for_each([&](const auto&, std::complex<float>& value) {
        const std::complex<double> f = std::complex<double>(value) / largest;
        value = std::complex<float>(std::conj(f) / (std::norm(f) + alpha));
    });
}

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

void make_wiener_butterworth(SmallSpectrum& spectrum, const Widths& fwhm_px, const ProjectorOptions& options) {
    make_wiener(spectrum, options.alpha);
    const Widths cutoff = cutoffs(fwhm_px);
    // A Wiener gain that is below beta at the cutoff already needs no further damping.
    const double strength = std::max(squared(gain_at_x_cutoff(spectrum, cutoff[2]) / options.beta) - 1, 0.0);
    spectrum.for_each([&](const auto& at, std::complex<float>& value) {
        value *= static_cast<float>(butterworth(squared_radius(at, cutoff), strength, options.order));
    });
}

/// A periodic kernel, origin at voxel 0, as one with offsets -r..r: on an even axis the plane n / 2 is both -r and r,
/// and each takes half.
Volume<float> centred(View<const float> periodic) {
    const Shape n = periodic.shape();
    Volume<float> kernel({n.z | 1, n.y | 1, n.x | 1});
    const View<float> out = kernel;
    const auto half = [](std::int64_t offset, std::int64_t length) {
        return 2 * std::abs(offset) == length ? 0.5f : 1.f;
    };
    const auto wrap = [](std::int64_t offset, std::int64_t length) { return (offset + length) % length; };
    const Shape r = {n.z / 2, n.y / 2, n.x / 2};
    double sum = 0;
    for (std::int64_t z = -r.z; z <= r.z; ++z)
        for (std::int64_t y = -r.y; y <= r.y; ++y)
            for (std::int64_t x = -r.x; x <= r.x; ++x) {
                const float share = half(z, n.z) * half(y, n.y) * half(x, n.x);
                sum += out(z + r.z, y + r.y, x + r.x) = share * periodic(wrap(z, n.z), wrap(y, n.y), wrap(x, n.x));
            }
    for (std::int64_t i = 0; i < kernel.shape().voxels(); ++i)
        kernel.data()[i] = static_cast<float>(kernel.data()[i] / sum);
    return kernel;
}

}  // namespace

Volume<float> back_projector(View<const float> psf, Method method, const ProjectorOptions& options,
                             const Device& device) {
    const Widths widths = fwhm_px(psf);
    SmallSpectrum spectrum(psf, device);
    switch (method) {
        case Method::gaussian:
            make_gaussian(spectrum, widths);
            break;
        case Method::butterworth:
            make_butterworth(spectrum, widths, options);
            break;
        default:
            make_wiener_butterworth(spectrum, widths, options);
            break;
    }
    return centred(spectrum.inverse());
}

}  // namespace planapo
