#include "held_out.hpp"

#include <algorithm>

#include "stop.hpp"

namespace planapo {

namespace {

constexpr int halvings = 3;
constexpr float share = 0.125f;  // 2^-halvings

/// What is left looks as the image would after a shorter exposure. The seed is fixed: the same image is given the same
/// number of iterations.
Thinning thinning_of(const PhotonScale& scale, Shape shape) {
    const auto dark = static_cast<float>(scale.dark);
    return {.dark = dark,
            .photons_per_unit = static_cast<float>(scale.photons_per_unit),
            .offset = share * dark,
            .halvings = halvings,
            .whole = shape};
}

Progress half_of(const Progress& progress, double first) {
    if (!progress) return {};
    return [&progress, first](double done, double total) { return progress(first * total + done, 2 * total); };
}

}  // namespace

Run HoldOut::run_on_the_rest(const Run& run, const PhotonScale& scale, const Stream& stream) {
    device_.backend().thin(run.views[0].image, thinning_of(scale, rest_.shape()), rest_, photons_, stream);
    const float background = run.views[0].background, dark = static_cast<float>(scale.dark);
    Run rest = run;
    rest.views[0] = {rest_, {}, (1 - share) * background};
    for (float* light : {&rest.mean, &rest.floor, &rest.scale}) *light *= 1 - share;
    rest.held_out = HeldOut{{photons_, {}, share * (background - dark)}, share / (1 - share)};
    return rest;
}

int HoldOut::iterations(RichardsonLucy& algorithm, const Run& run, const PhotonScale& scale, const Progress& progress,
                        const Stream& stream, DeconvolveReport& report) {
    report.held_out_divergence = algorithm.predict(run_on_the_rest(run, scale, stream), progress, stream);
    const std::vector<double>& divergences = report.held_out_divergence;
    const auto best = std::min_element(divergences.begin(), divergences.end()) - divergences.begin();
    return std::max(1, static_cast<int>(best));
}

Progress first_half_of(const Progress& progress) { return half_of(progress, 0); }
Progress second_half_of(const Progress& progress) { return half_of(progress, 1); }

}  // namespace planapo
