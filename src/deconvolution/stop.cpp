#include "stop.hpp"

namespace planapo {

namespace {

// What iterating further adds below these is noise (docs/algorithms.md has the measurements).
constexpr double least_gain = 2e-3;

int most_iterations(Method method) {
    switch (method) {
        case Method::matched:
            return 100;
        case Method::wiener_butterworth:
            return 10;
        default:
            return 20;
    }
}

}  // namespace

double flux_scale(double recorded, double expected, double background, std::int64_t voxels) {
    const double offset = background * static_cast<double>(voxels);
    const bool both_positive = recorded > offset && expected > offset;
    return both_positive ? (recorded - offset) / (expected - offset) : 1;
}

StopRule::StopRule(const DeconvolveOptions& options)
    : automatic_(!options.iterations), most_(options.iterations.value_or(most_iterations(options.method))) {}

StopRule::Verdict StopRule::judge(int iteration, double divergence) {
    const double before = before_;
    before_ = divergence;
    if (!automatic_) return iteration < most_ ? Verdict::go_on : Verdict::stop;
    if (iteration == 0) return Verdict::go_on;
    if (divergence > before && iteration > 1) return Verdict::step_back;
    return before - divergence <= least_gain * before || iteration == most_ ? Verdict::stop : Verdict::go_on;
}

}  // namespace planapo
