// Views and their result where the device works on them: the caller's own memory where it can use that, else copies.
#pragma once

#include <vector>

#include <planapo/deconvolve_views.hpp>

#include "../backend.hpp"

namespace planapo {

/// Where host images are worked on by a device that cannot reach them, and what is left of a view without what its
/// weights rule out. Kept from run to run.
struct Copies {
    struct OfView {
        Volume<float> image, weights;
    };
    std::vector<OfView> views;
    Volume<float> out;
};

class OnDevice {
public:
    OnDevice(View<float> out, const Device& device, Copies& copies, const Stream& stream);

    /// The image as floats, where weights are given without what they rule out.
    Recorded bring(View<const float> image, View<const float> weights, double background, Copies::OfView& copy) const;
    Recorded bring(View<const std::uint16_t> image, View<const float> weights, double background,
                   Copies::OfView& copy) const;

    View<float> out() const { return out_; }

    /// Waits.
    void bring_back() const;

private:
    View<const float> reachable(View<const float> volume, Volume<float>& copy) const;
    Recorded admitted(View<const float> image, View<const float> weights, double background,
                      Copies::OfView& copy) const;
    View<float> copy_of(Volume<float>& copy) const;
    std::int64_t bytes() const { return checked_bytes(out_.shape(), sizeof(float)); }

    const Device& device_;
    Backend& backend_;
    const Stream& stream_;
    View<float> caller_out_, out_;
};

}  // namespace planapo
