// What becomes of a PSF for images of one shape, before any of the device's memory is taken.
#pragma once

#include <memory>

#include <planapo/deconvolve.hpp>
#include <planapo/varying_psf.hpp>

#include "blur.hpp"
#include "grid.hpp"

namespace planapo {

class BlurPlan {
public:
    virtual ~BlurPlan() = default;
    virtual Shape radius() const = 0;      ///< how far the blur reaches
    virtual double share_cut() const = 0;  ///< of the PSF's sum, which cannot reach
    /// That the blur will hold besides the grid it works on.
    virtual std::int64_t bytes(const WorkingGrid& layout) const = 0;
    virtual bool is_even() const { return true; }  ///< as the blur will say
    /// `transform` is of the layout's grid and outlives the blur.
    virtual std::unique_ptr<Blur> build(const WorkingGrid& layout, Transform& transform) const = 0;
};

/// Whether it is the same PSF everywhere.
bool is_one(const VaryingPsf& psf);

/// `psf`: host, sums to 1. The method decides what carries back.
std::unique_ptr<BlurPlan> plan_blur(View<const float> psf, Shape image, const DeconvolveOptions& options,
                                    const Device& device);
std::unique_ptr<BlurPlan> plan_blur(const VaryingPsf& psf, Shape image, const DeconvolveOptions& options,
                                    const Device& device);

}  // namespace planapo
