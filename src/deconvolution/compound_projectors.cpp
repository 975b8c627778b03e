#include "compound_projectors.hpp"

#include <algorithm>
#include <complex>

#include "grid.hpp"
#include "small_spectrum.hpp"

namespace planapo {

namespace {

using Coefficients = std::vector<std::complex<float>>;

/// `kernel` in the middle of a larger volume; both have their origin at n / 2.
Volume<float> padded(View<const float> kernel, Shape shape) {
    Volume<float> volume(shape);
    const View<float> out = volume;
    std::fill_n(volume.data(), shape.voxels(), 0.f);
    const Shape n = kernel.shape(), shift{shape.z / 2 - n.z / 2, shape.y / 2 - n.y / 2, shape.x / 2 - n.x / 2};
    for (std::int64_t z = 0; z < n.z; ++z)
        for (std::int64_t y = 0; y < n.y; ++y)
            std::copy_n(kernel.row(z, y), n.x, out.row(z + shift.z, y + shift.y) + shift.x);
    return volume;
}

/// Room for `psf` mirrored and convolved with any other and its mirror image, so that nothing comes round to where the
/// PSF itself reaches.
Shape room_for(Shape psf, const std::vector<Volume<float>>& psfs) {
    Shape room = psf;
    for (const Volume<float>& other : psfs) {
        room.z = std::max(room.z, 2 * psf.z + 2 * other.shape().z);
        room.y = std::max(room.y, 2 * psf.y + 2 * other.shape().y);
        room.x = std::max(room.x, 2 * psf.x + 2 * other.shape().x);
    }
    return {fast_length(room.z), fast_length(room.y), fast_length(room.x)};
}

Coefficients squared_gains(View<const float> psf, const Device& device) {
    Coefficients gains;
    SmallSpectrum spectrum(psf, device);
    const float voxels = static_cast<float>(psf.shape().voxels());  // SmallSpectrum divides by them once
    spectrum.for_each(
        [&](const auto&, const std::complex<float>& value) { gains.push_back(std::norm(value) * voxels * voxels); });
    return gains;
}

float mirrored_at(View<const float> psf, std::int64_t z, std::int64_t y, std::int64_t x) {
    const Shape n = psf.shape();
    const std::int64_t iz = n.z / 2 - z, iy = n.y / 2 - y, ix = n.x / 2 - x;
    const bool inside = iz >= 0 && iz < n.z && iy >= 0 && iy < n.y && ix >= 0 && ix < n.x;
    return inside ? psf(iz, iy, ix) : 0.f;
}

/// Calls `visit(z, y, x)` for every offset up to `radius`.
template <typename Visit>
void for_each_offset(Shape radius, Visit visit) {
    for (std::int64_t z = -radius.z; z <= radius.z; ++z)
        for (std::int64_t y = -radius.y; y <= radius.y; ++y)
            for (std::int64_t x = -radius.x; x <= radius.x; ++x) visit(z, y, x);
}

/// `projector` times, voxel by voxel, the mirrored PSF convolved with what another view's gains stand for.
void take_in(View<float> projector, View<const float> psf, const Coefficients& gains, const Device& device) {
    SmallSpectrum spectrum(psf, device);
    std::size_t i = 0;
    spectrum.for_each([&](const auto&, std::complex<float>& value) { value = std::conj(value) * gains[i++]; });
    const View<const float> seen = spectrum.inverse();
    const Shape size = seen.shape(), radius = radius_of(projector.shape());
    const auto wrapped = [](std::int64_t offset, std::int64_t n) { return (offset + n) % n; };
    for_each_offset(radius, [&](auto z, auto y, auto x) {
        projector(z + radius.z, y + radius.y, x + radius.x) *=
            std::max(seen(wrapped(z, size.z), wrapped(y, size.y), wrapped(x, size.x)), 0.f);
    });
}

void normalise(View<float> projector) {
    const Shape shape = projector.shape();
    double sum = 0;
    for (std::int64_t i = 0; i < shape.voxels(); ++i) sum += projector.data()[i];
    for (std::int64_t i = 0; i < shape.voxels(); ++i)
        projector.data()[i] = static_cast<float>(projector.data()[i] / sum);
}

Volume<float> compound_projector(std::size_t view, const std::vector<Volume<float>>& psfs, const Device& device) {
    const View<const float> psf = psfs[view];
    const Shape n = psf.shape(), radius = radius_of(n), room = room_for(n, psfs);
    Volume<float> projector({n.z | 1, n.y | 1, n.x | 1});
    const View<float> out = projector;
    for_each_offset(radius, [&](auto z, auto y, auto x) {
        out(z + radius.z, y + radius.y, x + radius.x) = mirrored_at(psf, z, y, x);
    });
    const Volume<float> in_room = padded(psf, room);
    for (std::size_t other = 0; other < psfs.size(); ++other) {
        if (other == view) continue;
        take_in(out, in_room, squared_gains(padded(psfs[other], room), device), device);
        normalise(out);  // after each: products of many small numbers would vanish
    }
    return projector;
}

}  // namespace

std::vector<Volume<float>> compound_projectors(const std::vector<Volume<float>>& psfs, const Device& device) {
    std::vector<Volume<float>> projectors;
    for (std::size_t view = 0; view < psfs.size(); ++view) projectors.push_back(compound_projector(view, psfs, device));
    return projectors;
}

}  // namespace planapo
