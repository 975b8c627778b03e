// Richardson-Lucy on images of one shape: everything that can be held is held, an iteration only computes.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include <planapo/deconvolve.hpp>

#include "../backend.hpp"
#include "../pinned.hpp"
#include "blur.hpp"
#include "grid.hpp"

namespace planapo {

/// The bytes that `RichardsonLucy` will hold on its device.
DeconvolvePlan plan_richardson_lucy(View<const float> psf, Shape image, const DeconvolveOptions& options,
                                    const Device& device);

class RichardsonLucy {
public:
    /// `psf`: host, sums to 1. Options are valid.
    RichardsonLucy(View<const float> psf, Shape image, const DeconvolveOptions& options, const Device& device);

    /// For the runs to come; empty only where the options that this was made with are.
    void set_iterations(std::optional<int> iterations) { options_.iterations = iterations; }

    /// `image` and `estimate` on the device, free of NaN. Fills in the report's iterations and divergence. Waits.
    void run(View<const float> image, View<float> estimate, const Survey& survey, const Progress& progress,
             const Stream& stream, DeconvolveReport& report);

    Shape image_shape() const { return image_; }
    double psf_share_out_of_reach() const { return share_cut_; }

private:
    /// What one run works on.
    struct Run {
        View<const float> image;
        View<float> estimate;
        double recorded;  // sum of the image
        float floor;
    };

    // An iteration is a look at the estimate and its correction. A step is a correction and a look at what came of it:
    // so a run is a look, steps, and a last correction.
    void begin(const Run& run, const Survey& survey, const Stream& stream);
    void look(const Run& run, const Stream& stream);
    void step(const Run& run, const Stream& stream);
    void correct_at_last(const Run& run, const Stream& stream);

    /// Whether steps can be replayed from now on.
    bool record_step(const Run& run);
    /// Queues steps, no more than two ahead of the device, until all are done or an estimate has got its verdict.
    Verdict take_steps(const Run& run, const Progress& progress, const Stream& stream, DeconvolveReport& report);
    /// Adds to the report what the device has told of the estimates up to this one.
    Verdict read_history(int estimate, DeconvolveReport& report) const;

    View<float> grid() const { return grid_view(static_cast<float*>(work_.data()), layout_.grid); }
    /// The estimate before; an empty view where nobody will ask for it.
    View<float> previous() const;
    Misfit* partials() const { return static_cast<Misfit*>(partials_.data()); }
    Course* course() const { return static_cast<Course*>(course_.data()); }

    Device device_;
    Backend& backend_;
    DeconvolveOptions options_;
    Shape image_;
    WorkingGrid layout_;
    double share_cut_ = 0;
    Buffer work_, partials_, course_, previous_;
    Pinned<Judgement> history_;  // of the last few estimates, by their number: the host is never far behind
    std::unique_ptr<Transform> transform_;
    std::unique_ptr<Blur> blur_;
    std::unique_ptr<Recording> recorded_step_;
    std::array<std::unique_ptr<Mark>, 2> marks_;
};

}  // namespace planapo
