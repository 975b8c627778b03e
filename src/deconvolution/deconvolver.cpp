// The public face of deconvolution: one image, one PSF.
#include <planapo/deconvolve.hpp>

#include "restorer.hpp"

namespace planapo {

struct Deconvolver::Work {
    Restorer restorer;
};

Deconvolver::Deconvolver(View<const float> psf, const DeconvolveOptions& options, const Device& device)
    : Deconvolver(one_psf(psf), options, device) {}

Deconvolver::Deconvolver(const VaryingPsf& psf, const DeconvolveOptions& options, const Device& device)
    : work_(new Work{{{psf}, options, Scheme::alternating, {options.background}, device}}) {}

Deconvolver::~Deconvolver() = default;
Deconvolver::Deconvolver(Deconvolver&&) noexcept = default;
Deconvolver& Deconvolver::operator=(Deconvolver&&) noexcept = default;

const Device& Deconvolver::device() const { return work_->restorer.device(); }
const DeconvolveOptions& Deconvolver::options() const { return work_->restorer.options(); }

DeconvolvePlan Deconvolver::plan(Shape shape) const { return work_->restorer.plan(shape); }

template <typename T>
DeconvolveReport Deconvolver::restore(View<const T> image, View<const float> weights, View<float> out,
                                      const DeconvolveOptions& decided, const Progress& progress,
                                      const Stream& stream) {
    return work_->restorer.restore<T>({{image, weights}}, out, decided, progress, stream);
}

// For the series, in another file.
template DeconvolveReport Deconvolver::restore(View<const float>, View<const float>, View<float>,
                                               const DeconvolveOptions&, const Progress&, const Stream&);
template DeconvolveReport Deconvolver::restore(View<const std::uint16_t>, View<const float>, View<float>,
                                               const DeconvolveOptions&, const Progress&, const Stream&);

DeconvolveReport Deconvolver::run(View<const float> image, View<float> out, const Progress& progress,
                                  const Stream& stream) {
    return restore(image, {}, out, options(), progress, stream);
}

DeconvolveReport Deconvolver::run(View<const std::uint16_t> image, View<float> out, const Progress& progress,
                                  const Stream& stream) {
    return restore(image, {}, out, options(), progress, stream);
}

DeconvolveReport Deconvolver::run_weighted(View<const float> image, View<const float> weights, View<float> out,
                                           const Progress& progress, const Stream& stream) {
    return restore(image, weights, out, options(), progress, stream);
}

Restored deconvolve(View<const float> image, View<const float> psf, const DeconvolveOptions& options,
                    const Device& device, const Progress& progress) {
    Restored restored{Volume<float>(image.shape()), {}};
    restored.report = Deconvolver(psf, options, device).run(image, restored.image, progress);
    return restored;
}

}  // namespace planapo
