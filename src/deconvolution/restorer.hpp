// What Deconvolver and ViewsDeconvolver have in common: they check what comes in, keep what was built for the last
// shape, and carry host images to the device and back.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "held_out.hpp"
#include "on_device.hpp"
#include "richardson_lucy.hpp"

namespace planapo {

/// One view as it comes in, on the host or on the device.
template <typename T>
struct Incoming {
    View<const T> image;
    View<const float> weights;
};

class Restorer {
public:
    /// Checks the options. One PSF and one background a view.
    Restorer(std::vector<VaryingPsf> psfs, const DeconvolveOptions& options, Scheme scheme,
             std::vector<double> backgrounds, const Device& device);

    DeconvolvePlan plan(Shape shape) const;

    /// `decided`: the options, and what earlier images of a series have settled of them.
    template <typename T>
    DeconvolveReport restore(const std::vector<Incoming<T>>& views, View<float> out, const DeconvolveOptions& decided,
                             const Progress& progress, const Stream& stream);

    const Device& device() const { return device_; }
    const DeconvolveOptions& options() const { return options_; }

private:
    RichardsonLucy& algorithm_for(Shape shape, const ProjectorOptions& projector);
    /// Fills in what is left of it to choose, by the noisiest view.
    template <typename T>
    ProjectorOptions projector_for(const std::vector<Incoming<T>>& views, const DeconvolveOptions& decided,
                                   const Stream& stream, DeconvolveReport& report) const;
    /// Looks at every voxel of a view and notes in `run` what it recorded; throws where it cannot be restored.
    void survey(std::size_t index, const Stream& stream, Run& run, DeconvolveReport& report) const;
    /// Sum of w max(y - background, 0).
    double weighted_sum(const Recorded& view, float background, const Stream& stream) const;
    /// "The image", or which of the views.
    std::string name_of(std::size_t view) const;
    /// How many photons the image has, where that is asked and can be answered; a warning says where it cannot.
    std::optional<PhotonScale> photons_of(const Run& run, const Stream& stream, DeconvolveReport& report) const;
    /// So many iterations, or as the options have it.
    void iterate(const Run& run, std::optional<int> iterations, const Progress& progress, const Stream& stream,
                 DeconvolveReport& report);
    void settle(Run& run, DeconvolveReport& report, Shape shape) const;

    Device device_;
    DeconvolveOptions options_;
    Problem problem_;  // its projector as it was chosen for the last image
    std::vector<double> backgrounds_;
    std::vector<std::string> psf_warnings_;
    std::mutex mutex_;
    std::atomic<std::thread::id> busy_thread_;
    std::unique_ptr<RichardsonLucy> algorithm_;  // for the last shape and back projector
    std::optional<HoldOut> hold_out_;
    Copies copies_;
};

/// The same PSF everywhere; need not be normalised.
VaryingPsf one_psf(View<const float> psf);

}  // namespace planapo
