#include "back_projector.hpp"

#include <cmath>

#include "../psf/width.hpp"
#include "projectors/choice.hpp"
#include "projectors/filters.hpp"

namespace planapo {

namespace {

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
    const ProjectorOptions chosen = choose(options, method, {});
    // Whether a frequency counts must not hang on a device's rounding.
    SmallSpectrum spectrum(psf, method == Method::omw ? Device() : device);
    switch (method) {
        case Method::gaussian:
            make_gaussian(spectrum, fwhm_px(psf));
            break;
        case Method::butterworth:
            make_butterworth(spectrum, fwhm_px(psf), *chosen.beta, chosen.order);
            break;
        case Method::wiener:
            make_wiener(spectrum, *chosen.alpha);
            break;
        case Method::omw:
            make_masked_wiener(spectrum, *chosen.alpha);
            break;
        default:
            make_wiener_butterworth(spectrum, fwhm_px(psf), *chosen.alpha, *chosen.beta, chosen.order);
            break;
    }
    return centred(spectrum.inverse());
}

}  // namespace planapo
