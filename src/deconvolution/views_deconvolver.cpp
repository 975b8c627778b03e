// The public face of joint deconvolution.
#include <planapo/deconvolve_views.hpp>

#include <algorithm>

#include "../message.hpp"
#include "blur_plan.hpp"
#include "options.hpp"
#include "restorer.hpp"

namespace planapo {

namespace {

std::vector<double> backgrounds_of(const DeconvolveViewsOptions& options, std::size_t views) {
    if (options.backgrounds.empty()) return std::vector<double>(views, options.background);
    require(options.backgrounds.size() == views, "There are {} backgrounds for {} views: give one for each.",
            options.backgrounds.size(), views);
    for (const double background : options.backgrounds) check_background(background);
    return options.backgrounds;
}

/// A scheme that brings its own projectors takes no other, and makes them for one PSF a view.
DeconvolveViewsOptions checked(DeconvolveViewsOptions options, const std::vector<VaryingPsf>& psfs) {
    require(!psfs.empty(), "There is no PSF: each view needs its own.");
    const bool bayesian = options.scheme == Scheme::bayesian;
    require(!bayesian || options.method == Method::matched,
            "The Bayesian scheme has back projectors of its own: use it with the matched method.");
    require(!bayesian || std::all_of(psfs.begin(), psfs.end(), is_one),
            "The Bayesian scheme takes the same PSF everywhere in a view: use another scheme for PSFs that vary.");
    return options;
}

std::vector<VaryingPsf> all_of(const std::vector<View<const float>>& psfs) {
    std::vector<VaryingPsf> all;
    for (const View<const float>& psf : psfs) all.push_back(one_psf(psf));
    return all;
}

}  // namespace

struct ViewsDeconvolver::Work {
    Restorer restorer;
};

ViewsDeconvolver::ViewsDeconvolver(const std::vector<View<const float>>& psfs, const DeconvolveViewsOptions& options,
                                   const Device& device)
    : ViewsDeconvolver(all_of(psfs), options, device) {}

ViewsDeconvolver::ViewsDeconvolver(const std::vector<VaryingPsf>& psfs, const DeconvolveViewsOptions& options,
                                   const Device& device)
    : work_(new Work{{psfs, checked(options, psfs), options.scheme, backgrounds_of(options, psfs.size()), device}}) {}

ViewsDeconvolver::~ViewsDeconvolver() = default;
ViewsDeconvolver::ViewsDeconvolver(ViewsDeconvolver&&) noexcept = default;
ViewsDeconvolver& ViewsDeconvolver::operator=(ViewsDeconvolver&&) noexcept = default;

const Device& ViewsDeconvolver::device() const { return work_->restorer.device(); }

DeconvolvePlan ViewsDeconvolver::plan(Shape shape) const { return work_->restorer.plan(shape); }

DeconvolveReport ViewsDeconvolver::run(const std::vector<WeightedImage>& views, View<float> out,
                                       const Progress& progress, const Stream& stream) {
    std::vector<Incoming<float>> incoming;
    for (const WeightedImage& view : views) incoming.push_back({view.image, view.weights});
    Restorer& restorer = work_->restorer;
    return restorer.restore(incoming, out, restorer.options(), progress, stream);
}

}  // namespace planapo
