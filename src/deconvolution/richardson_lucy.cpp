#include "richardson_lucy.hpp"

#include <algorithm>
#include <limits>

#include "back_projector.hpp"
#include "kernel.hpp"
#include "stop.hpp"
#include "uniform_blur.hpp"

namespace planapo {

namespace {

bool matched(const DeconvolveOptions& options) { return options.method == Method::matched; }

/// Only an unmatched projector can make an estimate worse, and only an automatic stop looks back.
bool keeps_previous(const DeconvolveOptions& options) { return stops_by_itself(options) && !matched(options); }

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

DeconvolvePlan plan_richardson_lucy(View<const float> psf, Shape image, const DeconvolveOptions& options,
                                    const Device& device) {
    double share_cut = 0;
    const Shape radius = radius_of(within_reach(psf, image, options.boundary, share_cut).shape());
    const Backend& backend = device.backend();
    const Shape grid = working_grid(image, radius, options.boundary, backend.fft_costs()).grid;
    const std::int64_t grids = matched(options) ? 2 : 3;  // the work and the OTFs
    std::int64_t bytes = grids * grid_bytes(grid) + backend.transform_bytes(grid) +
                         backend.partial_sums(image) * static_cast<std::int64_t>(sizeof(Misfit)) +
                         static_cast<std::int64_t>(sizeof(Course));
    const std::int64_t image_bytes = checked_bytes(image, sizeof(float));
    if (keeps_previous(options)) bytes += image_bytes;
    if (!device.is_cpu()) bytes += 2 * image_bytes;  // host images are copied there and back
    return {grid, bytes};
}

RichardsonLucy::RichardsonLucy(View<const float> psf, Shape image, const DeconvolveOptions& options,
                               const Device& device)
    : device_(device), backend_(device.backend()), options_(options), image_(image) {
    const Volume<float> forward = within_reach(psf, image, options.boundary, share_cut_);
    layout_ = working_grid(image, radius_of(forward.shape()), options.boundary, backend_.fft_costs());
    work_ = Buffer(grid_bytes(layout_.grid), device);
    transform_ = backend_.plan_transform(grid(), options.measure_plans ? Planning::measure : Planning::estimate);
    const Volume<float> back =
        matched(options) ? Volume<float>() : back_projector(forward, options.method, options.projector, device);
    blur_ = std::make_unique<UniformBlur>(forward, back, grid(), *transform_, device);
    partials_ = Buffer(backend_.partial_sums(image) * static_cast<std::int64_t>(sizeof(Misfit)), device);
    course_ = Buffer(sizeof(Course), device);
    history_ = Pinned<Judgement>(4, device);  // two steps under way, one just done, and the one that is read
    recorded_step_ = backend_.new_recording();
    for (auto& mark : marks_) mark = backend_.new_mark();
    if (keeps_previous(options)) previous_ = Buffer(checked_bytes(image, sizeof(float)), device);
}

View<float> RichardsonLucy::previous() const {
    return keeps_previous(options_) ? View<float>(static_cast<float*>(previous_.data()), image_) : View<float>();
}

void RichardsonLucy::begin(const Run& run, const Survey& survey, const Stream& stream) {
    static const Course fresh;
    backend_.copy(&fresh, course(), sizeof fresh, stream);
    if (options_.start == Start::flat) {
        const auto mean = static_cast<float>(survey.positive_sum / static_cast<double>(image_.voxels()));
        backend_.fill(run.estimate, std::max(mean, run.floor), stream);
    } else {
        backend_.start(run.image, static_cast<float>(options_.background), run.floor, run.estimate, stream);
    }
    backend_.spread(run.estimate, grid(), layout_.estimate, stream);
}

// An unmatched projector overshoots the flux for some iterations while the shape already improves: where its estimates
// are judged, that is done at the image's flux.
void RichardsonLucy::look(const Run& run, const Stream& stream) {
    const auto background = static_cast<float>(options_.background);
    const auto judge = [&] {
        backend_.judge(partials(), stops_by_itself(options_), course(), history_.view(), stream);
    };
    blur_->project(grid(), stream);
    if (keeps_previous(options_)) {
        backend_.misfit(grid(), run.image, background, course(), run.floor, partials(), stream);
        backend_.match_flux(partials(), run.recorded, options_.background, image_.voxels(), course(), stream);
        backend_.misfit(grid(), run.image, background, course(), run.floor, partials(), stream);
        judge();
    }
    backend_.ratio(grid(), run.image, background, run.floor, layout_.ratio, partials(), stream);
    if (!keeps_previous(options_)) judge();
}

void RichardsonLucy::step(const Run& run, const Stream& stream) {
    blur_->project_back(grid(), stream);
    backend_.update_and_spread(grid(), run.estimate, previous(), run.floor, layout_.estimate, course(), stream);
    look(run, stream);
}

void RichardsonLucy::correct_at_last(const Run& run, const Stream& stream) {
    blur_->project_back(grid(), stream);
    backend_.update(grid(), run.estimate, run.floor, course(), stream);
    backend_.wait(stream);
}

Verdict RichardsonLucy::read_history(int estimate, DeconvolveReport& report) const {
    while (static_cast<int>(report.divergence.size()) <= estimate) {
        const auto next = static_cast<std::int64_t>(report.divergence.size());
        report.divergence.push_back(history_[next % history_.size()].divergence / static_cast<double>(image_.voxels()));
    }
    return history_[estimate % history_.size()].verdict;
}

bool RichardsonLucy::record_step(const Run& run) {
    try {
        recorded_step_->record([&](const Stream& recording) { step(run, recording); });
        return true;
    } catch (const DeviceError&) {  // somebody else waited for the whole device meanwhile; if it was more, steps tell
        return false;
    }
}

Verdict RichardsonLucy::take_steps(const Run& run, const Progress& progress, const Stream& stream,
                                   DeconvolveReport& result) {
    constexpr int worth_recording = 3;
    const int most = most_iterations(options_), steps = most - 1;
    const bool recorded = steps >= worth_recording && record_step(run);
    for (int queued = 0, done = 0; done < steps;) {
        if (queued < steps && queued - done < 2) {
            if (recorded) {
                recorded_step_->replay(stream);
            } else {
                step(run, stream);
            }
            marks_[queued++ % 2]->set(stream);
        }
        while (done < queued && (queued - done == 2 || queued == steps || marks_[done % 2]->reached())) {
            marks_[done++ % 2]->wait();
            result.iterations = done;
            const Verdict verdict = read_history(done, result);
            report(progress, done, most);
            if (verdict != Verdict::go_on) return verdict;
        }
    }
    return Verdict::go_on;
}

void RichardsonLucy::run(View<const float> image, View<float> estimate, const Survey& survey, const Progress& progress,
                         const Stream& stream, DeconvolveReport& result) {
    const WaitOnLeaving wait(backend_, stream);
    const Run run{image, estimate, survey.recorded, static_cast<float>(result.floor)};
    const int most = most_iterations(options_);
    report(progress, 0, most);
    begin(run, survey, stream);
    look(run, stream);
    const Verdict verdict = take_steps(run, progress, stream, result);
    if (verdict == Verdict::step_back && keeps_previous(options_)) {
        backend_.copy(previous().data(), estimate.data(), checked_bytes(image_, sizeof(float)), stream);
        --result.iterations;
    }
    if (verdict == Verdict::go_on) {
        correct_at_last(run, stream);
        read_history(result.iterations, result);
        result.iterations = most;
        report(progress, most, most);
    }
}

}  // namespace planapo
