// Richardson-Lucy on images of one shape: everything that can be held is held, an iteration only computes.
#pragma once

#include <memory>
#include <vector>

#include <planapo/deconvolve.hpp>

#include "../backend.hpp"
#include "grid.hpp"

namespace planapo {

/// The bytes that `RichardsonLucy` will hold on its device.
DeconvolvePlan plan_richardson_lucy(View<const float> psf, Shape image, const DeconvolveOptions& options,
                                    const Device& device);

class RichardsonLucy {
public:
    /// `psf`: host, sums to 1. Options are valid.
    RichardsonLucy(View<const float> psf, Shape image, const DeconvolveOptions& options, const Device& device);

    /// `image` and `estimate` on the device, free of NaN. Fills in the report's iterations and divergence. Waits.
    void run(View<const float> image, View<float> estimate, const Survey& survey, const Progress& progress,
             const Stream& stream, DeconvolveReport& report);

    Shape image_shape() const { return image_; }
    double psf_share_out_of_reach() const { return share_cut_; }

private:
    void load_otf(View<const float> kernel, Buffer& otf);
    void begin(View<const float> image, View<float> estimate, const Survey& survey, float floor, const Stream& stream);
    void project(const Buffer& otf, Conjugate conjugate, const Stream& stream);

    /// Turns what is expected, on the grid, into the ratio; the divergence of the estimate. An unmatched projector
    /// overshoots the flux for some iterations while the shape already improves: where it is to be judged, that is done
    /// at the image's flux.
    double compare(View<const float> image, double recorded, float floor, const Stream& stream);
    Misfit read_misfit(const Stream& stream);
    View<float> grid() const { return grid_view(static_cast<float*>(work_.data()), layout_.grid); }

    Device device_;
    Backend& backend_;
    DeconvolveOptions options_;
    Shape image_;
    WorkingGrid layout_;
    double share_cut_ = 0;
    Buffer work_, forward_otf_, backward_otf_, partials_, previous_;
    std::unique_ptr<Transform> transform_;
};

}  // namespace planapo
