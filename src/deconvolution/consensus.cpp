#include "consensus.hpp"

#include <algorithm>
#include <limits>

#include "stop.hpp"

namespace planapo {

Consensus::Consensus(Workspace& work, Blur& blur) : work_(work), backend_(work.backend), blur_(blur) {
    for (Buffer* buffer : {&halves_[0], &halves_[1], &blurred_, &correction_, &previous_})
        *buffer = Buffer(checked_bytes(work.image, sizeof(float)), work.device);
}

void Consensus::keep_core(const Buffer& buffer, const Stream& stream) const {
    constexpr float as_it_is = std::numeric_limits<float>::lowest();
    backend_.start({work_.grid().corner(work_.image), {}, 0}, as_it_is, volume(buffer), stream);
}

Consensus::Divergences Consensus::look(const Run& run, const PhotonScale& scale, int draw, const Stream& stream) {
    const auto dark = static_cast<float>(scale.dark);
    const Thinning in_two{.dark = dark,
                          .photons_per_unit = static_cast<float>(scale.photons_per_unit),
                          .offset = dark,
                          .draw = static_cast<std::uint32_t>(draw),
                          .whole = work_.image};
    backend_.thin(run.views[0].image, in_two, volume(halves_[0]), volume(halves_[1]), stream);
    backend_.spread(run.estimate, work_.grid(), work_.layout.estimate, stream);
    blur_.project(work_.grid(), stream);
    keep_core(blurred_, stream);
    std::array<Misfit, 2> found;
    for (std::size_t i = 0; i < 2; ++i) {
        const Recorded half{volume(halves_[i]), {}, (run.views[0].background - dark) / 2};
        backend_.misfit(work_.grid(), half, work_.course(), run.floor, work_.partials(), stream);
        backend_.copy(work_.partials(), &found[i], sizeof(Misfit), stream);
        backend_.wait(stream);
    }
    return {found[0].divergence, found[1].divergence};
}

void Consensus::ask(const Buffer& half, float background, float floor, const Stream& stream) {
    Margin margin = work_.layout.ratio;
    margin.value /= 2;  // a half that asks for nothing
    backend_.ratio(work_.grid(), volume(half), background, 2 * floor, margin, work_.partials(), stream);
    blur_.project_back(work_.grid(), stream);
}

void Consensus::correct(const Run& run, float background, const Stream& stream) {
    const View<float> grid = work_.grid();
    ask(halves_[0], background, run.floor, stream);
    keep_core(correction_, stream);
    backend_.spread(volume(blurred_), grid, work_.layout.estimate, stream);
    ask(halves_[1], background, run.floor, stream);
    backend_.agree(grid, volume(correction_), volume(correction_), work_.layout.estimate, stream);
    blur_.project(grid, stream);
    keep_core(blurred_, stream);
    backend_.spread(volume(blurred_), grid, work_.layout.estimate, stream);
    blur_.transpose(grid, stream);
    backend_.copy(run.estimate.data(), previous_.data(), previous_.bytes(), stream);
    backend_.update_agreed(grid, volume(correction_), run.estimate, run.floor, work_.partials(), stream);
}

double Consensus::agreed(const Stream& stream) const {
    Misfit found;
    backend_.copy(work_.partials(), &found, sizeof found, stream);
    backend_.wait(stream);
    return found.expected / static_cast<double>(work_.image.voxels());
}

void Consensus::run(const Run& run, const PhotonScale& scale, const Progress& progress, const Stream& stream,
                    DeconvolveReport& result) {
    const auto voxels = static_cast<double>(work_.image.voxels());
    const auto background = static_cast<float>(run.views[0].background - scale.dark);
    work_.fresh.scale = 0.5;
    backend_.copy(&work_.fresh, work_.course(), sizeof(Course), stream);
    if (work_.options.start == Start::flat) {
        backend_.fill(run.estimate, std::max(run.mean, run.floor), stream);
    } else {
        backend_.start(run.views[0], run.floor, run.estimate, stream);
    }
    Divergences before;
    before.fill(std::numeric_limits<double>::infinity());
    for (int done = 0;; ++done) {
        report(progress, done, most_held_out_iterations);
        result.iterations = done;
        const Divergences now = look(run, scale, done, stream);
        result.held_out_divergence.push_back((now[0] + now[1]) / voxels);
        if (now[0] > before[0] && now[1] > before[1]) {
            backend_.copy(previous_.data(), run.estimate.data(), previous_.bytes(), stream);
            result.iterations = done - 1;
            return backend_.wait(stream);
        }
        if (done == most_held_out_iterations) return;
        before = now;
        correct(run, background, stream);
        result.agreeing.push_back(agreed(stream));
    }
}

}  // namespace planapo
