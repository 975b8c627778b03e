#include "richardson_lucy.hpp"

#include <algorithm>

#include "blur_plan.hpp"
#include "compound_projectors.hpp"
#include "joint_steps.hpp"
#include "kernel.hpp"
#include "plain_steps.hpp"
#include "stop.hpp"
#include "uniform_blur.hpp"

namespace planapo {

namespace {

/// One view whose voxels count alike, and nothing else: weights come with a run, if at all.
bool is_plain(const Problem& problem) {
    return problem.views() == 1 && problem.psfs[0].coefficients().empty() &&
           problem.options.boundary != Boundary::unknown && problem.options.acceleration == Acceleration::none &&
           problem.options.regularisation.penalty == Penalty::none;
}

/// What the views' PSFs come to for images of one shape.
struct Plans {
    std::vector<std::unique_ptr<BlurPlan>> views;
    Shape radius{0, 0, 0};  // of the furthest
    double share_cut = 0;
    bool even = true;
};

Plans plans_of(const Problem& problem, Shape image, const Device& device) {
    Plans plans;
    for (const VaryingPsf& psf : problem.psfs) {
        plans.views.push_back(plan_blur(psf, image, problem.options, device));
        const BlurPlan& plan = *plans.views.back();
        const Shape radius = plan.radius();
        plans.radius = {std::max(plans.radius.z, radius.z), std::max(plans.radius.y, radius.y),
                        std::max(plans.radius.x, radius.x)};
        plans.share_cut = std::max(plans.share_cut, plan.share_cut());
        plans.even = plans.even && plan.is_even();
    }
    return plans;
}

/// Of views whose projectors know each other's PSFs.
std::vector<std::unique_ptr<Blur>> compound_blurs(const Problem& problem, const Workspace& work) {
    std::vector<Volume<float>> forward;
    double cut = 0;
    for (const VaryingPsf& psf : problem.psfs)
        forward.push_back(within_reach(psf.modes()[0], work.image, problem.options.boundary, cut));
    const std::vector<Volume<float>> back = compound_projectors(forward, work.device);
    std::vector<std::unique_ptr<Blur>> blurs;
    for (std::size_t view = 0; view < back.size(); ++view)
        blurs.push_back(
            std::make_unique<UniformBlur>(forward[view], back[view], work.grid(), *work.transform, work.device));
    return blurs;
}

/// Nobody frees or reuses a buffer while the device still works on it, however the function is left.
class WaitOnLeaving {
public:
    WaitOnLeaving(Backend& backend, const Stream& stream) : backend_(backend), stream_(stream) {}
    ~WaitOnLeaving() {
        try {
            backend_.wait(stream_);
        } catch (...) {  // what failed on the device was thrown by the call that noticed it
        }
    }
    WaitOnLeaving(const WaitOnLeaving&) = delete;
    WaitOnLeaving& operator=(const WaitOnLeaving&) = delete;

private:
    Backend& backend_;
    const Stream& stream_;
};

bool seeks_consensus(const Problem& problem) { return may_split(problem) && problem.options.stop == Stop::consensus; }

}  // namespace

bool may_split(const Problem& problem) {
    const DeconvolveOptions& options = problem.options;
    return !options.iterations && options.method == Method::matched && problem.views() == 1 &&
           is_one(problem.psfs[0]) && options.stop != Stop::divergence;
}

DeconvolvePlan plan_richardson_lucy(const Problem& problem, Shape image, const Device& device) {
    const Backend& backend = device.backend();
    const DeconvolveOptions& options = problem.options;
    const Plans plans = plans_of(problem, image, device);
    const WorkingGrid layout = working_grid(image, plans.radius, options.boundary, backend.fft_costs());
    const auto views = static_cast<std::int64_t>(problem.views());
    const std::int64_t own_projectors = problem.scheme == Scheme::bayesian ? views : 0;
    std::int64_t bytes = (1 + own_projectors) * grid_bytes(layout.grid) + backend.transform_bytes(layout.grid) +
                         (views + 1) * backend.partial_sums(image) * static_cast<std::int64_t>(sizeof(Misfit)) +
                         views * static_cast<std::int64_t>(sizeof(Course));
    for (const auto& plan : plans.views) bytes += plan->bytes(layout);
    bytes += is_plain(problem) ? PlainSteps::bytes(image, options)
                               : JointSteps::bytes(layout, image, problem.scheme, options, backend);
    if (seeks_consensus(problem)) bytes += Consensus::bytes(image);
    if (!plans.even && options.boundary != Boundary::unknown)
        bytes += 2 * checked_bytes(layout.domain, sizeof(float));                      // the gain, and what measures it
    if (!device.is_cpu()) bytes += (views + 1) * checked_bytes(image, sizeof(float));  // copied there and back
    return {layout.grid, bytes};
}

RichardsonLucy::RichardsonLucy(const Problem& problem, Shape image, const Device& device) : scheme_(problem.scheme) {
    const Plans plans = plans_of(problem, image, device);
    share_cut_ = plans.share_cut;
    const auto views = static_cast<std::int64_t>(problem.views());
    work_ = std::make_unique<Workspace>(image, views, plans.radius, problem.options, device);
    if (scheme_ == Scheme::bayesian) {
        blurs_ = compound_blurs(problem, *work_);
    } else {
        for (const auto& plan : plans.views) blurs_.push_back(plan->build(work_->layout, *work_->transform));
    }
    if (seeks_consensus(problem)) consensus_ = std::make_unique<Consensus>(*work_, *blurs_[0]);
    recorded_step_ = work_->backend.new_recording();
    for (auto& mark : marks_) mark = work_->backend.new_mark();
    if (is_plain(problem)) {
        plain_ = std::make_unique<PlainSteps>(*work_, *blurs_[0]);
    } else {
        joint_ = std::make_unique<JointSteps>(*work_, blurs_, scheme_);
    }
}

Steps& RichardsonLucy::steps_for(const Run& run) {
    if (plain_ != nullptr && run.views[0].weights.empty()) return *plain_;
    if (joint_ == nullptr) joint_ = std::make_unique<JointSteps>(*work_, blurs_, scheme_);
    return *joint_;
}

bool RichardsonLucy::scales_to_flux(const Run& run) const {
    return work_->options.method != Method::matched && !keeps_previous(work_->options) && plain_ != nullptr &&
           run.views[0].weights.empty() && run.views[0].background == 0;
}

Verdict RichardsonLucy::read_history(const Run& run, int estimate, DeconvolveReport& report) const {
    const Pinned<Judgement>& history = work_->history;
    while (static_cast<int>(report.divergence.size()) <= estimate) {
        const auto next = static_cast<std::int64_t>(report.divergence.size());
        const Judgement& judgement = history[next % history.size()];
        const double divergence =
            scales_to_flux(run) ? formula::divergence_at_flux(judgement, run.flux[0].recorded) : judgement.divergence;
        report.divergence.push_back(divergence / static_cast<double>(work_->image.voxels()));
        if (next > 0 && work_->options.acceleration != Acceleration::none)
            report.momentum.push_back(judgement.momentum);
    }
    return history[estimate % history.size()].verdict;
}

bool RichardsonLucy::record_step(Steps& steps, const Run& run) {
    try {
        recorded_step_->record([&](const Stream& recording) { steps.step(run, recording); });
        return true;
    } catch (const DeviceError&) {  // somebody else waited for the whole device meanwhile; if it was more, steps tell
        return false;
    }
}

Verdict RichardsonLucy::take_steps(Steps& steps, const Run& run, const Progress& progress, const Stream& stream,
                                   DeconvolveReport& result) {
    constexpr int worth_recording = 3;
    const int most = most_iterations(work_->options), last = most - 1;
    const bool recorded = last >= worth_recording && record_step(steps, run);
    for (int queued = 0, done = 0; done < last;) {
        if (queued < last && queued - done < 2) {
            if (recorded) {
                recorded_step_->replay(stream);
            } else {
                steps.step(run, stream);
            }
            marks_[queued++ % 2]->set(stream);
        }
        while (done < queued && (queued - done == 2 || queued == last || marks_[done % 2]->reached())) {
            marks_[done++ % 2]->wait();
            result.iterations = done;
            const Verdict verdict = read_history(run, done, result);
            report(progress, done, most);
            if (verdict != Verdict::go_on) return verdict;
            if (run.held_out && past_its_minimum(result.divergence)) return Verdict::stop;
        }
    }
    return Verdict::go_on;
}

void RichardsonLucy::run(const Run& run, const Progress& progress, const Stream& stream, DeconvolveReport& result) {
    const WaitOnLeaving wait(work_->backend, stream);
    Steps& steps = steps_for(run);
    const int most = most_iterations(work_->options);
    report(progress, 0, most);
    steps.begin(run, stream);
    const Verdict verdict = take_steps(steps, run, progress, stream, result);
    if (verdict == Verdict::step_back && keeps_previous(work_->options)) --result.iterations;
    if (verdict == Verdict::go_on) {
        steps.correct_at_last(run, stream);
        work_->backend.wait(stream);
        read_history(run, result.iterations, result);
        result.iterations = most;
    }
    steps.hand_over(run, verdict, stream);
    if (verdict == Verdict::go_on) report(progress, most, most);
}

std::vector<double> RichardsonLucy::predict(const Run& run, const Progress& progress, const Stream& stream) {
    const WaitOnLeaving wait(work_->backend, stream);
    Steps& steps = steps_for(run);
    set_iterations(most_held_out_iterations);
    DeconvolveReport found;
    steps.begin(run, stream);
    take_steps(steps, run, progress, stream, found);
    return found.divergence;
}

void RichardsonLucy::agree(const Run& run, const PhotonScale& scale, const Progress& progress, const Stream& stream,
                           DeconvolveReport& result) {
    const WaitOnLeaving wait(work_->backend, stream);
    consensus_->run(run, scale, progress, stream, result);
}

}  // namespace planapo
