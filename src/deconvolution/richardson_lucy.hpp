// Richardson-Lucy on images of one shape: everything that can be held is held, an iteration only computes.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include <planapo/deconvolve_views.hpp>
#include <planapo/varying_psf.hpp>

#include "consensus.hpp"
#include "steps.hpp"

namespace planapo {

/// What is restored: by a PSF for each view, the same everywhere or not.
struct Problem {
    std::vector<VaryingPsf> psfs;
    DeconvolveOptions options;  // valid
    Scheme scheme = Scheme::alternating;

    std::size_t views() const { return psfs.size(); }
};

/// Whether photons are to be split, if the image's noise tells how many there are: of one image, whose matched
/// restoration makes predictions as good as they can be.
bool may_split(const Problem& problem);

/// The bytes that `RichardsonLucy` will hold on its device.
DeconvolvePlan plan_richardson_lucy(const Problem& problem, Shape image, const Device& device);

class RichardsonLucy {
public:
    RichardsonLucy(const Problem& problem, Shape image, const Device& device);

    /// For the runs to come; empty only where the options that this was made with are.
    void set_iterations(std::optional<int> iterations) { work_->options.iterations = iterations; }

    /// Fills in the report's iterations and what was found out on the way. Waits.
    void run(const Run& run, const Progress& progress, const Stream& stream, DeconvolveReport& report);

    /// Whether a given number of iterations is judged at the image's flux, which unmatched projectors overshoot.
    bool scales_to_flux(const Run& run) const;

    /// The I-divergence per voxel of the run's held-out photons for the start and each estimate, until it was seen to
    /// rise. Leaves an estimate of no use, and the number of iterations to be set again. Waits.
    std::vector<double> predict(const Run& run, const Progress& progress, const Stream& stream);

    /// By gradient consensus, for options that ask for it. Waits.
    void agree(const Run& run, const PhotonScale& scale, const Progress& progress, const Stream& stream,
               DeconvolveReport& report);

    Shape image_shape() const { return work_->image; }
    double psf_share_out_of_reach() const { return share_cut_; }

private:
    /// For what this run is given: weights ask for more than the least.
    Steps& steps_for(const Run& run);
    /// Whether steps can be replayed from now on.
    bool record_step(Steps& steps, const Run& run);
    /// Queues steps, no more than two ahead of the device, until all are done or an estimate has got its verdict.
    Verdict take_steps(Steps& steps, const Run& run, const Progress& progress, const Stream& stream,
                       DeconvolveReport& report);
    /// Adds to the report what the device has told of the estimates up to this one.
    Verdict read_history(const Run& run, int estimate, DeconvolveReport& report) const;

    Scheme scheme_;
    double share_cut_ = 0;
    std::unique_ptr<Workspace> work_;
    std::vector<std::unique_ptr<Blur>> blurs_;
    std::unique_ptr<Steps> plain_, joint_;
    std::unique_ptr<Consensus> consensus_;
    std::unique_ptr<Recording> recorded_step_;
    std::array<std::unique_ptr<Mark>, 2> marks_;
};

}  // namespace planapo
