// The public face of joint deconvolution.
#include <planapo/deconvolve_views.hpp>

#include "../message.hpp"
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

/// A scheme that brings its own projectors takes no other.
DeconvolveViewsOptions checked(DeconvolveViewsOptions options, std::size_t psfs) {
    require(psfs > 0, "There is no PSF: each view needs its own.");
    require(options.scheme != Scheme::bayesian || options.method == Method::matched,
            "The Bayesian scheme has back projectors of its own: use it with the matched method.");
    return options;
}

}  // namespace

struct ViewsDeconvolver::Work {
    Restorer restorer;
};

ViewsDeconvolver::ViewsDeconvolver(const std::vector<View<const float>>& psfs, const DeconvolveViewsOptions& options,
                                   const Device& device)
    : work_(new Work{
          {psfs, checked(options, psfs.size()), options.scheme, backgrounds_of(options, psfs.size()), device}}) {}

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
