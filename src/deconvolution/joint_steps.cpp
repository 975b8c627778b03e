#include "joint_steps.hpp"

#include <algorithm>

namespace planapo {

namespace {

Momentum rule_of(const DeconvolveOptions& options) {
    return options.acceleration == Acceleration::heavy_ball ? Momentum::heavy_ball : Momentum::biggs_andrews;
}

bool measures_changes(const DeconvolveOptions& options) {
    return options.acceleration == Acceleration::biggs_andrews && options.momentum.empty();
}

/// Places that less than this share of what is seen best are seen by count as unseen.
constexpr float least_seen = 0.01f;

}  // namespace

std::int64_t JointSteps::bytes(const WorkingGrid& layout, Shape image, Scheme scheme, const DeconvolveOptions& options,
                               const Backend& backend) {
    const bool hurries = options.acceleration != Acceleration::none, unknown = options.boundary == Boundary::unknown;
    const bool together = scheme == Scheme::additive || scheme == Scheme::multiplicative;
    std::int64_t volumes = 0;
    if (layout.domain != image) ++volumes;
    if (keeps_previous(options) || hurries) ++volumes;
    if (hurries) ++volumes;
    if (measures_changes(options)) ++volumes;
    if (unknown) ++volumes;
    if (unknown || together) ++volumes;
    if (options.regularisation.penalty != Penalty::none) ++volumes;
    const auto changes = static_cast<std::int64_t>(sizeof(Changes));
    return volumes * checked_bytes(layout.domain, sizeof(float)) +
           (hurries ? backend.partial_sums(layout.domain) * changes : 0) +
           static_cast<std::int64_t>(options.momentum.size() * sizeof(float));
}

JointSteps::JointSteps(Workspace& work, const std::vector<std::unique_ptr<Blur>>& blurs, Scheme scheme)
    : work_(work), backend_(work.backend), blurs_(blurs), scheme_(scheme), domain_(work.layout.domain) {
    const DeconvolveOptions& options = work.options;
    const auto volume = [&] { return Buffer(checked_bytes(domain_, sizeof(float)), work.device); };
    const bool hurries = options.acceleration != Acceleration::none;
    if (domain_ != work.image) estimate_ = volume();
    if (keeps_previous(options) || hurries) previous_ = volume();
    if (hurries) point_ = volume();
    if (gathers()) all_ = volume();
    if (options.regularisation.penalty != Penalty::none) penalty_ = volume();
    if (measures_changes(options)) change_ = volume();
    if (hurries)
        changes_ = Buffer(backend_.partial_sums(domain_) * static_cast<std::int64_t>(sizeof(Changes)), work.device);
    if (options.momentum.empty()) return;
    const auto bytes = static_cast<std::int64_t>(options.momentum.size() * sizeof(float));
    momentum_ = Buffer(bytes, work.device);
    const Stream stream(work.device);
    backend_.copy(options.momentum.data(), momentum_.data(), bytes, stream);
    backend_.wait(stream);
}

/// What is known to be dark is seen as well as anything: it asks for nothing, and that counts.
void JointSteps::measure_sight(const Run& run, Trust trust, Gathering how, View<float> seen, const Stream& stream) {
    const View<float> grid = work_.grid(), core = grid.corner(work_.image);
    Margin margin = work_.layout.ratio;
    if (trust == Trust::by_weight) margin.value *= run.largest_weight;
    backend_.fill(seen, 0, stream);
    for (std::int64_t index = 0; index < work_.views; ++index) {
        const View<const float> weights = view(run, index).weights;
        backend_.fill(core, 1, stream);
        if (!weights.empty() && trust == Trust::at_all) backend_.admit(core, weights, core, stream);
        const bool weighted = !weights.empty() && trust == Trust::by_weight;
        backend_.spread(weighted ? weights : View<const float>(core), grid, margin, stream);
        blur(index).transpose(grid, stream);
        backend_.gather(work_.core(), {}, share(), how, seen, stream);
    }
}

/// 1 / what trusted voxels see of each place: the mean of all views, or, where they take turns, who sees it best.
void JointSteps::measure_gain(const Run& run, const Stream& stream) {
    const bool weighted =
        std::any_of(run.views.begin(), run.views.end(), [](const Recorded& one) { return !one.weights.empty(); });
    const bool even = std::all_of(blurs_.begin(), blurs_.end(), [](const auto& blur) { return blur->is_even(); });
    if (!weighted && even && work_.options.boundary != Boundary::unknown) {
        gain_ = Buffer();
        return;
    }
    if (gain_holds_ && !weighted) return;
    const std::int64_t bytes = checked_bytes(domain_, sizeof(float));
    if (gain_.data() == nullptr) gain_ = Buffer(bytes, work_.device);
    if (all_.data() == nullptr) all_ = Buffer(bytes, work_.device);
    const Boundary outside = work_.options.boundary;
    const bool whole = !weighted && (outside == Boundary::mirror || outside == Boundary::wrap);
    const bool careful = work_.options.method != Method::matched && !whole;
    if (careful) measure_sight(run, Trust::at_all, Gathering::largest, on_domain(all_), stream);
    const Gathering together = scheme_ == Scheme::additive ? Gathering::sum : Gathering::largest;
    measure_sight(run, Trust::by_weight, together, on_domain(gain_), stream);
    backend_.invert(on_domain(gain_), careful ? on_domain(all_) : View<float>(), least_seen * run.largest_weight,
                    stream);
    gain_holds_ = !weighted;
}

void JointSteps::start(const Run& run, const Stream& stream) {
    work_.forget(run, stream);
    measure_gain(run, stream);
    backend_.fill(estimate(run), std::max(run.mean, run.floor), stream);
    if (gain_.data() != nullptr) {
        start_from_what_is_seen(run, stream);
    } else if (work_.options.start == Start::image) {
        start_from_images(run, stream);
    }
    if (point_.data() != nullptr)
        backend_.copy(estimate(run).data(), point_.data(), checked_bytes(domain_, sizeof(float)), stream);
    if (change_.data() != nullptr) backend_.fill(on_domain(change_), 0, stream);
    if (penalty_.data() != nullptr) backend_.fill(on_domain(penalty_), 1, stream);
}

/// The mean of all views.
void JointSteps::start_from_images(const Run& run, const Stream& stream) {
    if (work_.views == 1) return backend_.start(view(run, 0), run.floor, estimate(run), stream);
    backend_.fill(estimate(run), 0, stream);
    for (std::int64_t index = 0; index < work_.views; ++index) {
        backend_.start(view(run, index), run.floor, work_.core(), stream);
        backend_.gather(work_.core(), {}, share(), Gathering::sum, estimate(run), stream);
    }
}

/// The mean of all views again. Where one recorded nothing, what is recorded around it says what there may be: one
/// matched iteration from a flat estimate tells. What nobody sees becomes dark.
void JointSteps::start_from_what_is_seen(const Run& run, const Stream& stream) {
    const bool flat = work_.options.start == Start::flat;
    backend_.fill(on_domain(all_), 0, stream);
    for (std::int64_t index = 0; index < work_.views && !flat; ++index) {
        backend_.fill(work_.grid(), std::max(run.mean, run.floor), stream);
        backend_.residual(work_.grid(), view(run, index), run.floor, work_.layout.residual, work_.partials(work_.views),
                          stream);
        blur(index).transpose(work_.grid(), stream);
        backend_.gather(work_.core(), {}, share(), Gathering::sum, on_domain(all_), stream);
    }
    backend_.correct(on_domain(all_), {on_domain(gain_), {}, run.floor}, estimate(run), estimate(run), {},
                     work_.course(), stream);
    if (flat) return;
    backend_.fill(on_domain(all_), 0, stream);
    for (std::int64_t index = 0; index < work_.views; ++index) {
        backend_.spread(estimate(run), work_.grid(), work_.layout.estimate, stream);
        backend_.start(view(run, index), run.floor, work_.grid().corner(work_.image), stream);
        backend_.gather(work_.core(), {}, share(), Gathering::sum, on_domain(all_), stream);
    }
    backend_.copy(all_.data(), estimate(run).data(), checked_bytes(domain_, sizeof(float)), stream);
}

void JointSteps::begin(const Run& run, const Stream& stream) {
    start(run, stream);
    if (gathers()) return look_at_all(run, stream);
    for (std::int64_t index = work_.views - 1; index >= 0; --index) {
        backend_.spread(point(run), work_.grid(), work_.layout.estimate, stream);
        look(run, index, stream);
    }
    work_.judge(stream);
}

/// An unmatched projector overshoots the flux at first: see PlainSteps.
void JointSteps::misfit_at_its_flux(const Run& run, std::int64_t index, const Stream& stream) {
    const Recorded recorded = view(run, index);
    const auto measure = [&] {
        backend_.misfit(work_.grid(), recorded, work_.course(index), run.floor, work_.partials(index), stream);
    };
    measure();
    const Flux& flux = run.flux[static_cast<std::size_t>(index)];
    backend_.match_flux(work_.partials(index), flux.recorded, flux.background, 1, work_.course(index), stream);
    measure();
}

void JointSteps::look(const Run& run, std::int64_t index, const Stream& stream) {
    const bool at_its_flux = keeps_previous(work_.options);
    blur(index).project(work_.grid(), stream);
    if (at_its_flux) misfit_at_its_flux(run, index, stream);
    if (run.held_out)
        backend_.misfit(work_.grid(), run.held_out->photons, work_.course(index), run.floor, work_.partials(index),
                        stream);
    backend_.residual(work_.grid(), view(run, index), run.floor, work_.layout.residual,
                      work_.partials(at_its_flux || run.held_out ? work_.views : index), stream);
}

/// Gathers what all views ask of one and the same estimate.
void JointSteps::look_at_all(const Run& run, const Stream& stream) {
    const bool product = scheme_ == Scheme::multiplicative;
    backend_.fill(on_domain(all_), 0, stream);
    for (std::int64_t index = 0; index < work_.views; ++index) {
        backend_.spread(point(run), work_.grid(), work_.layout.estimate, stream);
        look(run, index, stream);
        blur(index).project_back(work_.grid(), stream);
        backend_.gather(work_.core(), on_domain(gain_), share(), product ? Gathering::product : Gathering::sum,
                        on_domain(all_), stream);
    }
    work_.judge(stream);
}

/// Of what lies in the image: nobody looks at the rest, which a grid has round the corner.
View<const float> JointSteps::penalty_of(const Run& run, View<const float> estimate, const Stream& stream) {
    const Regularisation& by = work_.options.regularisation;
    const double shortest = std::min({by.voxel.z_um, by.voxel.y_um, by.voxel.x_um});
    const Spacing spacing{static_cast<float>(by.voxel.z_um / shortest), static_cast<float>(by.voxel.y_um / shortest),
                          static_cast<float>(by.voxel.x_um / shortest)};
    constexpr float softness = 1e-3f;  // of the bright: flatter slopes count as none
    const auto strength = static_cast<float>(by.strength);
    const View<const float> seen = estimate.corner(work_.image);
    const View<float> penalty = on_domain(penalty_).corner(work_.image);
    if (by.penalty == Penalty::total_variation)
        backend_.total_variation(seen, spacing, strength, softness * run.scale, penalty, stream);
    if (by.penalty == Penalty::tikhonov_miller)
        backend_.tikhonov_miller(seen, spacing, 2 * strength / run.scale, penalty, stream);
    return on_domain(penalty_);
}

/// By what view `index`, the last of an iteration or one before, asks for. The first starts from the point.
void JointSteps::correct(const Run& run, View<const float> correction, View<const float> gain, std::int64_t index,
                         const Stream& stream) {
    const View<float> from = index == 0 ? point(run) : estimate(run);
    const View<const float> penalty = index == 0 ? penalty_of(run, from, stream) : View<const float>();
    backend_.correct(correction, {gain, penalty, run.floor}, from, estimate(run),
                     index == 0 ? on_domain(previous_) : View<float>(), work_.course(), stream);
}

/// Where the next iteration starts.
void JointSteps::hurry_on(const Run& run, const Stream& stream) {
    if (point_.data() == nullptr) return;
    auto* const changes = static_cast<Changes*>(changes_.data());
    if (change_.data() != nullptr) backend_.change(estimate(run), point(run), on_domain(change_), changes, stream);
    const auto given = static_cast<std::int64_t>(work_.options.momentum.size());
    backend_.choose_momentum(changes, rule_of(work_.options), volume_in(momentum_, {1, 1, given}), work_.course(),
                             stream);
    backend_.predict(estimate(run), on_domain(previous_), run.floor, work_.course(), point(run), stream);
}

/// Every view corrects the estimate; after each of the first `looks` the next one looks at it.
void JointSteps::correct_in_turn(const Run& run, std::int64_t looks, const Stream& stream) {
    for (std::int64_t index = 0; index < work_.views; ++index) {
        blur(index).project_back(work_.grid(), stream);
        correct(run, work_.core(), on_domain(gain_), index, stream);
        if (index >= looks) continue;
        const bool last = index == work_.views - 1;
        if (last) hurry_on(run, stream);
        backend_.spread(last ? point(run) : estimate(run), work_.grid(), work_.layout.estimate, stream);
        look(run, (index + 1) % work_.views, stream);
    }
}

void JointSteps::correct_together(const Run& run, const Stream& stream) {
    const bool gained = scheme_ == Scheme::additive;
    correct(run, on_domain(all_), gained ? on_domain(gain_) : View<float>(), 0, stream);
}

void JointSteps::step(const Run& run, const Stream& stream) {
    if (gathers()) {
        correct_together(run, stream);
        hurry_on(run, stream);
        return look_at_all(run, stream);
    }
    correct_in_turn(run, work_.views, stream);
    work_.judge(stream);
}

void JointSteps::correct_at_last(const Run& run, const Stream& stream) {
    if (gathers()) return correct_together(run, stream);
    correct_in_turn(run, work_.views - 1, stream);
}

void JointSteps::hand_over(const Run& run, Verdict verdict, const Stream& stream) {
    const bool back = verdict == Verdict::step_back && keeps_previous(work_.options);
    const View<const float> result = back ? on_domain(previous_) : estimate(run);
    if (result.data() == run.estimate.data()) return;
    const Recorded inside{result.corner(work_.image), {}, 0};
    backend_.start(inside, run.floor, run.estimate, stream);
}

}  // namespace planapo
