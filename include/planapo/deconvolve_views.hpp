// Richardson-Lucy deconvolution of several views of one object, jointly.
#pragma once

#include <memory>
#include <vector>

#include <planapo/deconvolve.hpp>
#include <planapo/device.hpp>
#include <planapo/export.hpp>
#include <planapo/progress.hpp>
#include <planapo/varying_psf.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// How views take part in an iteration. `alternating`: one after the other corrects the estimate (Guo et al. 2020,
/// doi:10.1038/s41587-020-0560-x); `additive`: by the mean of their corrections, weighted where weights are given;
/// `multiplicative`: by their geometric mean; `bayesian`: alternating, with projectors of its own that know all PSFs
/// (the efficient Bayesian one of Preibisch et al. 2014, doi:10.1038/nmeth.2929), for matched only.
enum class Scheme { alternating, additive, multiplicative, bayesian };

struct DeconvolveViewsOptions : DeconvolveOptions {
    Scheme scheme = Scheme::alternating;
    /// Of each view, instead of the one `background` for all; empty: that one.
    std::vector<double> backgrounds = {};
};

/// One view: registered, on the grid of all. Weights say how far each voxel is to be trusted, 0 (not at all: whatever
/// is recorded there, NaN too, is ignored) and above; an empty view: all alike.
struct WeightedImage {
    View<const float> image, weights;
};

/// A plan, as `Deconvolver` is, for views that are restored jointly. Safe to call from several threads, which take
/// turns.
class PLANAPO_API ViewsDeconvolver {
public:
    /// One PSF a view, oriented as the view is; each as for `Deconvolver`.
    explicit ViewsDeconvolver(const std::vector<View<const float>>& psfs, const DeconvolveViewsOptions& options = {},
                              const Device& device = {});
    /// With PSFs that vary in space, or do not: `VaryingPsf::of_grid({psf}, {1, 1, 1})`.
    explicit ViewsDeconvolver(const std::vector<VaryingPsf>& psfs, const DeconvolveViewsOptions& options = {},
                              const Device& device = {});
    ~ViewsDeconvolver();
    ViewsDeconvolver(ViewsDeconvolver&&) noexcept;
    ViewsDeconvolver& operator=(ViewsDeconvolver&&) noexcept;

    /// What views of `shape` without weights will need: of floats, on the host.
    DeconvolvePlan plan(Shape shape) const;

    /// Restores the object of which `views` are recordings, one for each PSF and of one shape, into `out`; all of them
    /// contiguous, and on the host or on this one's device. The result is in the views' units: where they differ in
    /// brightness, scale them first. Waits. Throws as `Deconvolver::run` does.
    DeconvolveReport run(const std::vector<WeightedImage>& views, View<float> out, const Progress& progress = {},
                         const Stream& stream = {});

    const Device& device() const;

private:
    struct Work;
    std::unique_ptr<Work> work_;
};

}  // namespace planapo
