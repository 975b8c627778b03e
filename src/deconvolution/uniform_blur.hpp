// The same PSF everywhere.
#pragma once

#include <memory>

#include <planapo/device.hpp>

#include "blur.hpp"

namespace planapo {

class UniformBlur final : public Blur {
public:
    /// Kernels on the host, origin n / 2, sum 1; without a back projector (an empty view) it is the adjoint.
    /// `transform` is of `grid`'s shape and outlives this.
    UniformBlur(View<const float> psf, View<const float> back_projector, View<float> grid, Transform& transform,
                const Device& device);

    void project(View<float> grid, const Stream& stream) override { project_->apply(grid, stream); }
    void transpose(View<float> grid, const Stream& stream) override { transpose_->apply(grid, stream); }
    void project_back(View<float> grid, const Stream& stream) override {
        (project_back_ == nullptr ? transpose_ : project_back_)->apply(grid, stream);
    }

private:
    Buffer otf_, back_otf_;
    std::unique_ptr<Filter> project_, transpose_, project_back_;
};

/// The OTF of `kernel` (host, origin n / 2) on the grid, without gaps.
Buffer otf_on(View<float> grid, View<const float> kernel, Transform& transform, const Device& device);

}  // namespace planapo
