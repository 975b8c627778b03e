// What most tests of joint deconvolution do: restore host volumes on a machine.
#pragma once

#include <vector>

#include <planapo/deconvolve_views.hpp>

#include "restoring.hpp"

namespace planapo::testing {

inline DeconvolveViewsOptions joint_options(Scheme scheme, Method method, int iterations,
                                            Boundary boundary = Boundary::mirror) {
    DeconvolveViewsOptions options;
    static_cast<DeconvolveOptions&>(options) = options_for(method, iterations, boundary);
    options.scheme = scheme;
    return options;
}

class JointRestoring : public Restoring {
protected:
    Restored restore_views(const std::vector<WeightedImage>& views, const std::vector<View<const float>>& psfs,
                           const DeconvolveViewsOptions& options) const {
        Restored restored{Volume<float>(views.at(0).image.shape()), {}};
        restored.report = ViewsDeconvolver(psfs, options, device()).run(views, restored.image);
        return restored;
    }
    Restored restore_weighted(View<const float> image, View<const float> weights, View<const float> psf,
                              const DeconvolveOptions& options) const {
        Restored restored{Volume<float>(image.shape()), {}};
        restored.report = Deconvolver(psf, options, device()).run_weighted(image, weights, restored.image);
        return restored;
    }
};

inline constexpr Scheme every_scheme[] = {Scheme::alternating, Scheme::additive, Scheme::multiplicative,
                                          Scheme::bayesian};

}  // namespace planapo::testing
