#include "richardson_lucy.hpp"

#include <algorithm>

#include "back_projector.hpp"
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
    return problem.views() == 1 && (!problem.varying || problem.varying->coefficients().empty()) &&
           problem.options.boundary != Boundary::unknown && problem.options.acceleration == Acceleration::none &&
           problem.options.regularisation.penalty == Penalty::none;
}

/// What of the PSFs can reach from voxel to voxel, and how far that is at most.
struct Kernels {
    std::vector<Volume<float>> forward;
    std::unique_ptr<BlurPlan> varying;  // or this
    Shape radius{0, 0, 0};
    double share_cut = 0;
};

Kernels kernels_of(const Problem& problem, Shape image, const Device& device) {
    Kernels kernels;
    if (problem.varying) {
        kernels.varying = plan_blur(*problem.varying, image, problem.options, device);
        kernels.radius = kernels.varying->radius();
        kernels.share_cut = kernels.varying->share_cut();
    }
    for (const Volume<float>& psf : problem.psfs) {
        double cut = 0;
        kernels.forward.push_back(within_reach(psf, image, problem.options.boundary, cut));
        const Shape radius = radius_of(kernels.forward.back().shape());
        kernels.radius = {std::max(kernels.radius.z, radius.z), std::max(kernels.radius.y, radius.y),
                          std::max(kernels.radius.x, radius.x)};
        kernels.share_cut = std::max(kernels.share_cut, cut);
    }
    return kernels;
}

bool projects_back_by_adjoint(const Problem& problem) {
    return problem.options.method == Method::matched && problem.scheme != Scheme::bayesian;
}

/// Empty ones where the adjoint carries back.
std::vector<Volume<float>> back_projectors(const Problem& problem, const std::vector<Volume<float>>& psfs,
                                           const Device& device) {
    if (projects_back_by_adjoint(problem)) return std::vector<Volume<float>>(psfs.size());
    if (problem.scheme == Scheme::bayesian) return compound_projectors(psfs, device);
    std::vector<Volume<float>> all;
    for (const Volume<float>& psf : psfs)
        all.push_back(back_projector(psf, problem.options.method, problem.options.projector, device));
    return all;
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

}  // namespace

DeconvolvePlan plan_richardson_lucy(const Problem& problem, Shape image, const Device& device) {
    const Backend& backend = device.backend();
    const Kernels kernels = kernels_of(problem, image, device);
    const WorkingGrid layout = working_grid(image, kernels.radius, problem.options.boundary, backend.fft_costs());
    const auto views = static_cast<std::int64_t>(problem.views()), uniform = std::ssize(problem.psfs);
    const std::int64_t grids = 1 + (projects_back_by_adjoint(problem) ? 1 : 2) * uniform;  // the work and the OTFs
    const std::int64_t image_bytes = checked_bytes(image, sizeof(float));
    std::int64_t bytes = grids * grid_bytes(layout.grid) + backend.transform_bytes(layout.grid) +
                         (views + 1) * backend.partial_sums(image) * static_cast<std::int64_t>(sizeof(Misfit)) +
                         views * static_cast<std::int64_t>(sizeof(Course));
    bytes += is_plain(problem) ? PlainSteps::bytes(image, problem.options)
                               : JointSteps::bytes(layout, image, problem.scheme, problem.options, backend);
    if (kernels.varying != nullptr) bytes += kernels.varying->bytes(layout);
    if (kernels.varying != nullptr && !kernels.varying->is_even() && problem.options.boundary != Boundary::unknown)
        bytes += 2 * checked_bytes(layout.domain, sizeof(float));  // the gain, and what measures it
    if (!device.is_cpu()) bytes += (views + 1) * image_bytes;      // host images are copied there and back
    return {layout.grid, bytes};
}

RichardsonLucy::RichardsonLucy(const Problem& problem, Shape image, const Device& device) : scheme_(problem.scheme) {
    const Kernels kernels = kernels_of(problem, image, device);
    share_cut_ = kernels.share_cut;
    const auto views = static_cast<std::int64_t>(problem.views());
    work_ = std::make_unique<Workspace>(image, views, kernels.radius, problem.options, device);
    const std::vector<Volume<float>> back = back_projectors(problem, kernels.forward, device);
    for (std::size_t view = 0; view < back.size(); ++view)
        blurs_.push_back(
            std::make_unique<UniformBlur>(kernels.forward[view], back[view], work_->grid(), *work_->transform, device));
    if (kernels.varying != nullptr) blurs_.push_back(kernels.varying->build(work_->layout, *work_->transform));
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

}  // namespace planapo
