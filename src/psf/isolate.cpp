// Background, origin and extent of a measured PSF. They depend on each other: a few rounds settle them.
#include "isolate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "../message.hpp"
#include "centre.hpp"
#include "support.hpp"
#include "tails.hpp"

namespace planapo {
namespace {

Volume<float> above(View<const float> measured, double level) {
    Volume<float> signal(measured.shape());
    const View<float> out = signal.view();
    for (std::int64_t z = 0; z < out.shape().z; ++z)
        for (std::int64_t y = 0; y < out.shape().y; ++y)
            for (std::int64_t x = 0; x < out.shape().x; ++x)
                out(z, y, x) = static_cast<float>(measured(z, y, x) - level);
    return signal;
}

Isolated isolate_above(const Background& background, View<const float> measured, const Index3& peak, PsfCentre centre) {
    Isolated found;
    found.background = background;
    found.peak = peak;
    found.signal = above(measured, background.level);
    const View<const float> signal = found.signal.view();
    require(at(signal, peak) > 0,
            "Nothing of the PSF is above its background of {:.6g}: its brightest spot reaches {:.6g}.",
            background.level, at(measured, peak));
    found.width_px = fwhm_px_at(signal, peak);
    found.origin_px = centre_of(signal, peak, found.width_px, centre);
    Index3 core{};
    for (int axis = 0; axis < 3; ++axis) {
        found.middle[axis] = std::llround(found.origin_px[axis]);
        core[axis] = std::abs(peak[axis] - found.middle[axis]) + std::llround(std::ceil(found.width_px[axis]));
    }
    found.reach = reach_of(signal, found.middle, core, found.width_px, background.noise_sd);
    return found;
}

/// Around the PSF, a gap away from where it stops standing out, in a ring half as thick as what it encloses.
Background background_beside(View<const float> measured, const Isolated& psf, const Background& fallback) {
    const Index3 gap = fade_px(psf.width_px);
    Box inner, outer;
    for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t enclosed = psf.reach[axis] + gap[axis];
        inner.first[axis] = psf.middle[axis] - enclosed;
        inner.last[axis] = psf.middle[axis] + enclosed;
        outer.first[axis] = inner.first[axis] - std::max<std::int64_t>(2, enclosed / 2);
        outer.last[axis] = inner.last[axis] + std::max<std::int64_t>(2, enclosed / 2);
    }
    return background_around(measured, inner, outer, fallback);
}

}  // namespace

Isolated isolate(View<const float> measured, const PreparePsfOptions& options) {
    const Index3 peak = brightest_spot(measured);
    const Background of_window = background_of_window(measured);
    const auto isolate_from = [&](Background background) {
        if (options.background) background.level = *options.background;
        return isolate_above(background, measured, peak, options.centre);
    };
    Isolated found = isolate_from(of_window);
    for (int round = 0; round < 2; ++round) found = isolate_from(background_beside(measured, found, of_window));
    return found;
}

}  // namespace planapo
