// What most tests of algorithms do: restore a host volume on a machine.
#pragma once

#include <planapo/deconvolve.hpp>
#include "common/machines.hpp"
#include "common/volumes.hpp"

namespace planapo::testing {

inline DeconvolveOptions options_for(Method method, int iterations, Boundary boundary = Boundary::mirror) {
    DeconvolveOptions options;
    options.method = method;
    options.iterations = iterations;
    options.boundary = boundary;
    options.projector = {0.01, 0.1};  // chosen by the image's noise otherwise
    return options;
}

class Restoring : public OnMachine {
protected:
    Restored restore(View<const float> image, View<const float> psf, const DeconvolveOptions& options) const {
        return deconvolve(image, psf, options, device());
    }
};

inline constexpr Method every_method[] = {
    Method::matched, Method::gaussian, Method::butterworth, Method::wiener_butterworth, Method::wiener, Method::omw};
inline constexpr Boundary every_boundary[] = {Boundary::mirror, Boundary::wrap, Boundary::zero};

/// `image` blurred by `psf`, periodic, by direct sums.
inline Volume<float> blurred(View<const float> image, View<const float> psf) {
    const Shape n = image.shape(), p = psf.shape();
    const double sum = sum_of(psf);
    const auto wrap = [](std::int64_t i, std::int64_t length) { return ((i % length) + length) % length; };
    return volume_of(n, [&](auto z, auto y, auto x) {
        double value = 0;
        for_each_voxel(p, [&](auto pz, auto py, auto px) {
            value += psf(pz, py, px) *
                     image(wrap(z - pz + p.z / 2, n.z), wrap(y - py + p.y / 2, n.y), wrap(x - px + p.x / 2, n.x)) / sum;
        });
        return value;
    });
}

}  // namespace planapo::testing
