// Any number of views of one object, whose voxels may count more or less or not at all, whose surroundings may be
// unknown, and whose estimate may be held smooth or hurried on: x <- x (1 + gain B(w (y / (F x) - 1))), with the gain 1
// over what the trusted voxels see of a place, F'(w). Where everything is seen that is Richardson-Lucy; for matched
// projectors it is Bertero and Boccacci's scheme at the borders (2005, doi:10.1051/0004-6361:20052717). Unmatched ones
// have negative lobes, so that B(w) is nothing to divide by: the matched response is, and keeps the same fixed points.
// Their steps are shortened where the neighbourhood is not wholly seen, or such places would explode: by the cube of
// the share that is (measured on a public stack: docs/algorithms.md).
#pragma once

#include <vector>

#include <planapo/deconvolve_views.hpp>

#include "steps.hpp"

namespace planapo {

class JointSteps final : public Steps {
public:
    JointSteps(Workspace& work, const std::vector<std::unique_ptr<Blur>>& blurs, Scheme scheme);

    void begin(const Run& run, const Stream& stream) override;
    void step(const Run& run, const Stream& stream) override;
    void correct_at_last(const Run& run, const Stream& stream) override;
    void hand_over(const Run& run, Verdict verdict, const Stream& stream) override;

    /// Without what weights take.
    static std::int64_t bytes(const WorkingGrid& layout, Shape image, Scheme scheme, const DeconvolveOptions& options,
                              const Backend& backend);

private:
    bool gathers() const { return scheme_ == Scheme::additive || scheme_ == Scheme::multiplicative; }
    float share() const { return 1.f / static_cast<float>(work_.views); }
    Recorded view(const Run& run, std::int64_t index) const { return run.views[static_cast<std::size_t>(index)]; }
    Blur& blur(std::int64_t index) const { return *blurs_[static_cast<std::size_t>(index)]; }

    void measure_gain(const Run& run, const Stream& stream);
    /// What the views see of each place: by their weights, or wherever they trust what they recorded at all.
    enum class Trust { by_weight, at_all };
    void measure_sight(const Run& run, Trust trust, Gathering how, View<float> seen, const Stream& stream);
    void start(const Run& run, const Stream& stream);
    void start_from_images(const Run& run, const Stream& stream);
    void start_from_what_is_seen(const Run& run, const Stream& stream);

    /// What view `index` asks for, into the grid; told by its misfit.
    void look(const Run& run, std::int64_t index, const Stream& stream);
    void misfit_at_its_flux(const Run& run, std::int64_t index, const Stream& stream);
    void look_at_all(const Run& run, const Stream& stream);
    void correct(const Run& run, View<const float> correction, View<const float> gain, std::int64_t index,
                 const Stream& stream);
    void correct_in_turn(const Run& run, std::int64_t looks, const Stream& stream);
    void correct_together(const Run& run, const Stream& stream);
    View<const float> penalty_of(const Run& run, View<const float> estimate, const Stream& stream);
    void hurry_on(const Run& run, const Stream& stream);

    /// A volume of the estimate's shape, or an empty view where none is needed.
    View<float> on_domain(const Buffer& buffer) const { return volume_in(buffer, domain_); }
    View<float> estimate(const Run& run) const { return estimate_.data() ? on_domain(estimate_) : run.estimate; }
    View<float> point(const Run& run) const { return point_.data() ? on_domain(point_) : estimate(run); }

    Workspace& work_;
    Backend& backend_;
    const std::vector<std::unique_ptr<Blur>>& blurs_;
    Scheme scheme_;
    Shape domain_;
    Buffer estimate_, previous_, point_, change_, gain_, all_, penalty_, momentum_, changes_;
    bool gain_holds_ = false;  // for whatever is recorded
};

}  // namespace planapo
