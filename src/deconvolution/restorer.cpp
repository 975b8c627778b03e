#include "restorer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <planapo/psf.hpp>

#include "../cpu/threads.hpp"
#include "../message.hpp"
#include "check_views.hpp"
#include "kernel.hpp"
#include "options.hpp"
#include "over_iteration.hpp"
#include "projectors/choice.hpp"
#include "signal_to_noise.hpp"
#include "turn.hpp"

namespace planapo {

namespace {

/// Thin stacks cut a little off every PSF.
constexpr double worth_a_warning = 0.01;

std::string out_of_reach_sentence(double share, Shape shape) {
    return fmt::format(
        "{} of the PSF's sum cannot reach from one voxel of an image of {} voxels to another and is cut off.",
        percent(share), to_string(shape));
}

void warn_of_negative_voxels(const Survey& survey, const std::string& name, Shape shape, DeconvolveReport& report) {
    report.negative_voxels += survey.negative;
    if (survey.negative == 0) return;
    const std::string in = name == "The image" ? "" : name + ": ";
    report.warnings.push_back(in + fmt::format("{} of {} voxels are negative, down to {:g}: they are taken as 0.",
                                               survey.negative, shape.voxels(), survey.minimum));
}

/// Whether what was recorded ends at the image's border, and is not thought to go on as its mirror image or itself.
bool ends_somewhere(Boundary boundary) { return boundary == Boundary::zero || boundary == Boundary::unknown; }

/// Where recordings end, frequencies mix: a projector that lifts weak ones high would explode (docs/algorithms.md).
constexpr double least_alpha_at_borders = 0.01;

bool holds_out(const Problem& problem) { return may_split(problem) && problem.options.stop != Stop::consensus; }

std::string uncounted_sentence(const std::string& reason) {
    return fmt::format(
        "How many photons the image has is not known, because {}: it was restored until the I-divergence hardly "
        "changed. Where that is right, give photons_per_unit.",
        reason);
}

}  // namespace

VaryingPsf one_psf(View<const float> psf) { return VaryingPsf::of_grid({normalised_psf(psf).view()}, {1, 1, 1}); }

Restorer::Restorer(std::vector<VaryingPsf> psfs, const DeconvolveOptions& options, Scheme scheme,
                   std::vector<double> backgrounds, const Device& device)
    : device_(device),
      options_(options),
      problem_{std::move(psfs), options, scheme},
      backgrounds_(std::move(backgrounds)) {
    check(options);
    for (const VaryingPsf& psf : problem_.psfs) {
        if (!psf.coefficients().empty()) continue;  // modes are no PSFs
        for (const Volume<float>& each : psf.modes())
            for (std::string& warning : planapo::look_at(each.view()).warnings)
                if (std::find(psf_warnings_.begin(), psf_warnings_.end(), warning) == psf_warnings_.end())
                    psf_warnings_.push_back(std::move(warning));
    }
}

DeconvolvePlan Restorer::plan(Shape shape) const {
    checked_bytes(shape, sizeof(float));
    DeconvolvePlan plan = plan_richardson_lucy(problem_, shape, device_);
    if (holds_out(problem_)) plan.device_bytes += HoldOut::bytes(shape);
    return plan;
}

RichardsonLucy& Restorer::algorithm_for(Shape shape, const ProjectorOptions& projector) {
    if (algorithm_ == nullptr || algorithm_->image_shape() != shape || problem_.options.projector != projector) {
        algorithm_.reset();  // first, so that both never need room at once
        hold_out_.reset();
        copies_ = Copies();
        copies_.views.resize(problem_.views());
        problem_.options.projector = projector;
        algorithm_ = std::make_unique<RichardsonLucy>(problem_, shape, device_);
        if (holds_out(problem_)) hold_out_.emplace(shape, device_);
    }
    return *algorithm_;
}

template <typename T>
ProjectorOptions Restorer::projector_for(const std::vector<Incoming<T>>& views, const DeconvolveOptions& decided,
                                         const Stream& stream, DeconvolveReport& report) const {
    if (left_to_choose(decided.projector, decided.method))
        for (const Incoming<T>& view : views) {
            const std::optional<double> ratio = signal_to_noise(view.image, device_, stream);
            if (ratio) report.signal_to_noise = std::min(*ratio, report.signal_to_noise.value_or(*ratio));
        }
    ProjectorOptions chosen = choose(decided.projector, decided.method, report.signal_to_noise);
    const bool borders =
        ends_somewhere(decided.boundary) ||
        std::any_of(views.begin(), views.end(), [](const auto& view) { return !view.weights.empty(); });
    if (borders && chosen.alpha && !decided.projector.alpha)
        chosen.alpha = std::max(*chosen.alpha, least_alpha_at_borders);
    report.alpha = chosen.alpha;
    report.beta = chosen.beta;
    return chosen;
}

std::string Restorer::name_of(std::size_t view) const {
    if (problem_.views() == 1) return "The image";
    return fmt::format("View {} of {}", view + 1, problem_.views());
}

/// As what is expected where the image itself is.
double Restorer::weighted_sum(const Recorded& view, float background, const Stream& stream) const {
    Backend& backend = device_.backend();
    const Shape shape = view.image.shape();
    const Buffer sums(backend.partial_sums(shape) * static_cast<std::int64_t>(sizeof(Misfit)), device_),
        course(sizeof(Course), device_);
    const Course at_scale_one;
    Misfit total;
    backend.copy(&at_scale_one, course.data(), sizeof(Course), stream);
    backend.misfit(view.image, {view.image, view.weights, -background}, static_cast<const Course*>(course.data()), 0,
                   static_cast<Misfit*>(sums.data()), stream);
    backend.copy(sums.data(), &total, sizeof(Misfit), stream);
    backend.wait(stream);
    return total.expected;
}

void Restorer::survey(std::size_t index, const Stream& stream, Run& run, DeconvolveReport& report) const {
    const Recorded& view = run.views[index];
    const Shape shape = view.image.shape();
    const Survey found = device_.backend().survey(view.image, view.background, stream);
    check_voxels(found, shape, name_of(index));
    warn_of_negative_voxels(found, name_of(index), shape, report);
    double recorded = found.recorded, above = found.positive_sum, weight = static_cast<double>(shape.voxels());
    float largest = 1;
    if (!view.weights.empty()) {
        const Survey weights = device_.backend().survey(view.weights, 0, stream);
        check_weights(weights, shape, name_of(index));
        recorded = weighted_sum(view, 0, stream);
        above = weighted_sum(view, view.background, stream);
        weight = weights.recorded;
        largest = weights.maximum;
    }
    run.flux.push_back({recorded, view.background * weight});
    run.largest_weight = std::max(run.largest_weight, largest);
    run.mean += static_cast<float>(above / weight / static_cast<double>(problem_.views()));
    if (found.positive_sum == 0)
        report.warnings.push_back(fmt::format(
            "{}: no voxel is above the background of {:g}, the largest is {:g}: there is nothing to restore.",
            name_of(index), view.background, found.maximum));
}

/// What is relative to the image, so that its units do not matter.
void Restorer::settle(Run& run, DeconvolveReport& report, Shape shape) const {
    constexpr double relative = 1e-6, least = std::numeric_limits<float>::min();
    report.floor = std::max(options().floor.value_or(relative * run.mean), least);
    run.floor = static_cast<float>(report.floor);
    run.scale = static_cast<float>(std::max(options().regularisation.scale.value_or(run.mean), least));
    if (report.psf_share_out_of_reach > worth_a_warning)
        report.warnings.push_back(out_of_reach_sentence(report.psf_share_out_of_reach, shape));
}

std::optional<PhotonScale> Restorer::photons_of(const Run& run, const Stream& stream, DeconvolveReport& report) const {
    const Recorded& view = run.views[0];
    FoundPhotonScale found{{},
                           "only those of one image without weights are split, and only where one PSF blurs all of it"};
    if (may_split(problem_) && view.weights.empty())
        found = fit_photon_scale(noise_samples(view.image, device_.backend(), stream), options().photons_per_unit);
    if (found.scale) {
        report.photons_per_unit = found.scale->photons_per_unit;
        report.dark = found.scale->dark;
    } else if (options().stop != Stop::divergence) {
        report.warnings.push_back(uncounted_sentence(found.reason));
    }
    return found.scale;
}

void Restorer::iterate(const Run& run, std::optional<int> iterations, const Progress& progress, const Stream& stream,
                       DeconvolveReport& report) {
    const auto photons = iterations ? std::nullopt : photons_of(run, stream, report);
    if (photons && options().stop == Stop::consensus) {
        report.stop = Stop::consensus;
        return algorithm_->agree(run, *photons, progress, stream, report);
    }
    if (photons) {
        report.stop = Stop::held_out;
        iterations = hold_out_->iterations(*algorithm_, run, *photons, first_half_of(progress), stream, report);
    } else if (!iterations) {
        report.stop = Stop::divergence;
    }
    algorithm_->set_iterations(iterations);
    algorithm_->run(run, photons ? second_half_of(progress) : progress, stream, report);
}

template <typename T>
DeconvolveReport Restorer::restore(const std::vector<Incoming<T>>& views, View<float> out,
                                   const DeconvolveOptions& decided, const Progress& progress, const Stream& stream) {
    check_views(views, out, problem_.views());
    const Turn turn(busy_thread_, mutex_);
    const ThreadLimit threads(options().threads);
    const Shape shape = out.shape();
    DeconvolveReport report;
    RichardsonLucy& algorithm = algorithm_for(shape, projector_for(views, decided, stream, report));
    const OnDevice on_device(out, device_, copies_, stream);
    report.warnings = psf_warnings_;
    report.psf_share_out_of_reach = algorithm.psf_share_out_of_reach();
    Run run;
    run.estimate = on_device.out();
    for (std::size_t i = 0; i < views.size(); ++i) {
        run.views.push_back(on_device.bring(views[i].image, views[i].weights, backgrounds_[i], copies_.views[i]));
        survey(i, stream, run, report);
    }
    settle(run, report, shape);
    iterate(run, decided.iterations, progress, stream, report);
    if (options_.iterations && algorithm.scales_to_flux(run))
        if (std::string sentence = over_iteration_sentence(report.divergence); !sentence.empty())
            report.warnings.push_back(std::move(sentence));
    on_device.bring_back();
    return report;
}

template DeconvolveReport Restorer::restore(const std::vector<Incoming<float>>&, View<float>, const DeconvolveOptions&,
                                            const Progress&, const Stream&);
template DeconvolveReport Restorer::restore(const std::vector<Incoming<std::uint16_t>>&, View<float>,
                                            const DeconvolveOptions&, const Progress&, const Stream&);

}  // namespace planapo
