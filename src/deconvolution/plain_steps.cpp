#include "plain_steps.hpp"

#include <algorithm>

namespace planapo {

std::int64_t PlainSteps::bytes(Shape image, const DeconvolveOptions& options) {
    return keeps_previous(options) ? checked_bytes(image, sizeof(float)) : 0;
}

PlainSteps::PlainSteps(Workspace& work, Blur& blur) : work_(work), blur_(blur) {
    if (keeps_previous(work.options)) previous_ = Buffer(bytes(work.image, work.options), work.device);
}

void PlainSteps::begin(const Run& run, const Stream& stream) {
    work_.forget(run, stream);
    if (work_.options.start == Start::flat) {
        work_.backend.fill(run.estimate, std::max(run.mean, run.floor), stream);
    } else {
        work_.backend.start(run.views[0], run.floor, run.estimate, stream);
    }
    work_.backend.spread(run.estimate, work_.grid(), work_.layout.estimate, stream);
    look(run, stream);
}

// An unmatched projector overshoots the flux for some iterations while the shape already improves: where its estimates
// are judged, that is done at the image's flux.
void PlainSteps::look(const Run& run, const Stream& stream) {
    const Recorded& view = run.views[0];
    const View<float> grid = work_.grid();
    const bool at_its_flux = keeps_previous(work_.options), judged_before = at_its_flux || run.held_out;
    blur_.project(grid, stream);
    if (at_its_flux) {
        work_.backend.misfit(grid, view, work_.course(), run.floor, work_.partials(), stream);
        work_.backend.match_flux(work_.partials(), run.flux[0].recorded, run.flux[0].background, 1, work_.course(),
                                 stream);
    }
    if (judged_before) {
        const Recorded& judge = run.held_out ? run.held_out->photons : view;
        work_.backend.misfit(grid, judge, work_.course(), run.floor, work_.partials(), stream);
        work_.judge(stream);
    }
    work_.backend.ratio(grid, view.image, view.background, run.floor, work_.layout.ratio, work_.partials(), stream);
    if (!judged_before) work_.judge(stream);
}

void PlainSteps::step(const Run& run, const Stream& stream) {
    const View<float> grid = work_.grid();
    blur_.project_back(grid, stream);
    work_.backend.update_and_spread(grid, run.estimate, previous(), run.floor, work_.layout.estimate, work_.course(),
                                    stream);
    look(run, stream);
}

void PlainSteps::correct_at_last(const Run& run, const Stream& stream) {
    blur_.project_back(work_.grid(), stream);
    work_.backend.update(work_.grid(), run.estimate, run.floor, work_.course(), stream);
}

void PlainSteps::hand_over(const Run& run, Verdict verdict, const Stream& stream) {
    if (verdict != Verdict::step_back || !keeps_previous(work_.options)) return;
    const std::int64_t bytes = checked_bytes(work_.image, sizeof(float));
    work_.backend.copy(previous_.data(), run.estimate.data(), bytes, stream);
}

}  // namespace planapo
