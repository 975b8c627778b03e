#include "richardson_lucy.hpp"

#include <algorithm>
#include <limits>

#include "back_projector.hpp"
#include "kernel.hpp"
#include "stop.hpp"

namespace planapo {

namespace {

bool matched(const DeconvolveOptions& options) { return options.method == Method::matched; }

/// Only an unmatched projector can make an estimate worse, and only an automatic stop looks back.
bool keeps_previous(const DeconvolveOptions& options) { return !options.iterations && !matched(options); }

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
    const Shape grid = working_grid(image, radius, options.boundary).grid;
    const Backend& backend = device.backend();
    const std::int64_t grids = matched(options) ? 2 : 3;  // the work and the OTFs
    std::int64_t bytes = grids * grid_bytes(grid) + backend.transform_bytes(grid) +
                         backend.partial_sums(image) * static_cast<std::int64_t>(sizeof(Misfit));
    const std::int64_t image_bytes = checked_bytes(image, sizeof(float));
    if (keeps_previous(options)) bytes += image_bytes;
    if (!device.is_cpu()) bytes += 2 * image_bytes;  // host images are copied there and back
    return {grid, bytes};
}

RichardsonLucy::RichardsonLucy(View<const float> psf, Shape image, const DeconvolveOptions& options,
                               const Device& device)
    : device_(device), backend_(device.backend()), options_(options), image_(image) {
    const Volume<float> forward = within_reach(psf, image, options.boundary, share_cut_);
    layout_ = working_grid(image, radius_of(forward.shape()), options.boundary);
    work_ = Buffer(grid_bytes(layout_.grid), device);
    transform_ = backend_.plan_transform(grid(), options.measure_plans ? Planning::measure : Planning::estimate);
    load_otf(forward, forward_otf_);
    if (!matched(options)) load_otf(back_projector(forward, options.method, options.projector, device), backward_otf_);
    partials_ = Buffer(backend_.partial_sums(image) * static_cast<std::int64_t>(sizeof(Misfit)), device);
    if (keeps_previous(options)) previous_ = Buffer(checked_bytes(image, sizeof(float)), device);
}

void RichardsonLucy::load_otf(View<const float> kernel, Buffer& otf) {
    const Stream stream(device_);
    otf = Buffer(grid_bytes(layout_.grid), device_);
    const View<float> on_device = grid_view(static_cast<float*>(otf.data()), layout_.grid);
    if (device_.is_cpu()) {
        place(kernel, on_device);
    } else {
        const Buffer staging(otf.bytes(), Device());
        place(kernel, grid_view(static_cast<float*>(staging.data()), layout_.grid));
        backend_.copy(staging.data(), otf.data(), otf.bytes(), stream);
        backend_.wait(stream);
    }
    transform_->forward(on_device, stream);
    backend_.wait(stream);
}

void RichardsonLucy::begin(View<const float> image, View<float> estimate, const Survey& survey, float floor,
                           const Stream& stream) {
    if (options_.start == Start::flat) {
        const auto mean = static_cast<float>(survey.positive_sum / static_cast<double>(image_.voxels()));
        backend_.fill(estimate, std::max(mean, floor), stream);
    } else {
        backend_.start(image, static_cast<float>(options_.background), floor, estimate, stream);
    }
    backend_.spread(estimate, grid(), layout_.estimate, stream);
}

void RichardsonLucy::project(const Buffer& otf, Conjugate conjugate, const Stream& stream) {
    const View<Complex> coefficients(static_cast<Complex*>(otf.data()), spectrum_of(grid()).shape());
    transform_->forward(grid(), stream);
    backend_.multiply(spectrum_of(grid()), coefficients, conjugate, stream);
    transform_->inverse(grid(), stream);
}

double RichardsonLucy::compare(View<const float> image, double recorded, float floor, const Stream& stream) {
    auto* partials = static_cast<Misfit*>(partials_.data());
    const auto background = static_cast<float>(options_.background);
    if (!keeps_previous(options_)) {
        backend_.ratio(grid(), image, background, floor, layout_.ratio, partials, stream);
        return read_misfit(stream).divergence;
    }
    backend_.misfit(grid(), image, background, 1.f, floor, partials, stream);
    const double scale = flux_scale(recorded, read_misfit(stream).expected, options_.background, image_.voxels());
    backend_.misfit(grid(), image, background, static_cast<float>(scale), floor, partials, stream);
    const double divergence = read_misfit(stream).divergence;
    backend_.ratio(grid(), image, background, floor, layout_.ratio, partials, stream);
    return divergence;
}

Misfit RichardsonLucy::read_misfit(const Stream& stream) {
    Misfit total;
    backend_.copy(partials_.data(), &total, sizeof total, stream);
    backend_.wait(stream);
    return total;
}

void RichardsonLucy::run(View<const float> image, View<float> estimate, const Survey& survey, const Progress& progress,
                         const Stream& stream, DeconvolveReport& result) {
    const WaitOnLeaving wait(backend_, stream);
    const auto floor = static_cast<float>(result.floor);
    const std::int64_t image_bytes = checked_bytes(image_, sizeof(float));
    const Buffer& back = matched(options_) ? forward_otf_ : backward_otf_;
    const Conjugate conjugate = matched(options_) ? Conjugate::yes : Conjugate::no;
    StopRule rule(options_);
    report(progress, 0, rule.most());
    begin(image, estimate, survey, floor, stream);
    for (int iteration = 0; iteration < rule.most(); ++iteration) {
        project(forward_otf_, Conjugate::no, stream);
        const double divergence = compare(image, survey.recorded, floor, stream);
        result.divergence.push_back(divergence / static_cast<double>(image_.voxels()));
        const StopRule::Verdict verdict = rule.judge(iteration, divergence);
        if (verdict == StopRule::Verdict::step_back) {
            backend_.copy(previous_.data(), estimate.data(), image_bytes, stream);
            result.iterations = iteration - 1;
        }
        if (verdict != StopRule::Verdict::go_on) break;
        if (keeps_previous(options_)) backend_.copy(estimate.data(), previous_.data(), image_bytes, stream);

        project(back, conjugate, stream);
        if (iteration + 1 == rule.most()) {
            backend_.update(grid(), estimate, floor, stream);
        } else {
            backend_.update_and_spread(grid(), estimate, floor, layout_.estimate, stream);
        }
        result.iterations = iteration + 1;
        report(progress, iteration + 1, rule.most());
    }
}

}  // namespace planapo
