// When to stop.
#pragma once

#include <cstdint>

#include <planapo/deconvolve.hpp>

namespace planapo {

/// The factor that gives an estimate the recorded flux: (recorded - background) / (expected - background), summed over
/// `voxels`.
double flux_scale(double recorded, double expected, double background, std::int64_t voxels);

/// Runs exactly `options.iterations`, or, where there are none, until an iteration lowers the divergence by less than a
/// fraction of it, or raises it: then the estimate before that iteration is the result.
class StopRule {
public:
    explicit StopRule(const DeconvolveOptions& options);

    enum class Verdict { go_on, stop, step_back };

    /// About the estimate after `iteration` iterations.
    Verdict judge(int iteration, double divergence);

    bool automatic() const { return automatic_; }
    int most() const { return most_; }

private:
    bool automatic_;
    int most_;
    double before_ = 0;
};

}  // namespace planapo
