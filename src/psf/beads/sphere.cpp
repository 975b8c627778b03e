// The sphere is known exactly in the frequencies, and not on voxels, over which its image is integrated only once.
// The transform is a plain sum: the volume is small and this happens once.
#include "sphere.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace planapo {
namespace {

using Spectrum = std::vector<std::complex<double>>;

/// Frequencies whose transform is below a tenth are not trusted with more than a tenfold gain.
constexpr double caution = 0.01;

/// Along one axis; unnormalised. sign: -1 forward, +1 back. The frequency of entry k is k, or k - n above n / 2.
Spectrum transformed(const Spectrum& in, std::int64_t n, std::int64_t stride, int sign) {
    Spectrum out(in.size()), turn(n);
    for (std::int64_t k = 0; k < n; ++k)
        turn[k] = std::polar(1.0, sign * 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
    const auto outer = static_cast<std::int64_t>(in.size()) / (n * stride);
    for (std::int64_t o = 0; o < outer; ++o)
        for (std::int64_t k = 0; k < n; ++k)
            for (std::int64_t j = 0; j < n; ++j)
                for (std::int64_t s = 0; s < stride; ++s)
                    out[(o * n + k) * stride + s] += turn[k * j % n] * in[(o * n + j) * stride + s];
    return out;
}

Spectrum transformed(Spectrum values, const Index3& size, int sign) {
    values = transformed(values, size[2], 1, sign);
    values = transformed(values, size[1], size[2], sign);
    return transformed(values, size[0], size[2] * size[1], sign);
}

double transform_of_sphere(double q) {
    if (q < 1e-2) return 1 - q * q / 10;
    return 3 * (std::sin(q) - q * std::cos(q)) / (q * q * q);
}

}  // namespace

Cube without_sphere(const Cube& image, const std::array<double, 3>& radius_px) {
    const Index3 size = extents(image.shape());
    Spectrum spectrum = transformed(Spectrum(image.values.begin(), image.values.end()), size, -1);
    std::size_t i = 0;
    for (std::int64_t z = 0; z < size[0]; ++z)
        for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t x = 0; x < size[2]; ++x, ++i) {
                const Index3 k{z, y, x};
                double squared = 0;
                for (int axis = 0; axis < 3; ++axis) {
                    const auto waves = static_cast<double>(k[axis] > size[axis] / 2 ? k[axis] - size[axis] : k[axis]);
                    squared += std::pow(radius_px[axis] * waves / static_cast<double>(size[axis]), 2);
                }
                const double sphere = transform_of_sphere(2 * std::numbers::pi * std::sqrt(squared));
                spectrum[i] *= (1 + caution) * sphere / (sphere * sphere + caution);
            }
    spectrum = transformed(std::move(spectrum), size, +1);
    Cube point(image.reach);
    const auto voxels = static_cast<double>(spectrum.size());
    std::transform(spectrum.begin(), spectrum.end(), point.values.begin(),
                   [&](const std::complex<double>& value) { return value.real() / voxels; });
    return point;
}

}  // namespace planapo
