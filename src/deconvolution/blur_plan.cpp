#include "blur_plan.hpp"

#include <algorithm>

#include "back_projector.hpp"
#include "kernel.hpp"
#include "modal_blur.hpp"
#include "uniform_blur.hpp"

namespace planapo {

namespace {

class UniformBlurPlan final : public BlurPlan {
public:
    UniformBlurPlan(View<const float> psf, Shape image, const DeconvolveOptions& options, const Device& device)
        : psf_(within_reach(psf, image, options.boundary, share_cut_)), options_(options), device_(device) {}

    Shape radius() const override { return radius_of(psf_.shape()); }
    double share_cut() const override { return share_cut_; }
    std::int64_t bytes(Shape grid) const override {
        return (options_.method == Method::matched ? 1 : 2) * grid_bytes(grid);
    }
    std::unique_ptr<Blur> build(const WorkingGrid& layout, Transform& transform) const override {
        const Volume<float> back = options_.method == Method::matched
                                       ? Volume<float>()
                                       : back_projector(psf_, options_.method, options_.projector, device_);
        return std::make_unique<UniformBlur>(psf_, back, grid_view(nullptr, layout.grid), transform, device_);
    }

private:
    double share_cut_ = 0;
    Volume<float> psf_;
    DeconvolveOptions options_;
    Device device_;
};

class ModalBlurPlan final : public BlurPlan {
public:
    ModalBlurPlan(const VaryingPsf& psf, Shape image, const DeconvolveOptions& options, const Device& device)
        : given_(psf),
          image_(image),
          psf_(modal_kernels(psf, image, options.boundary, share_cut_)),
          options_(options),
          device_(device) {}

    Shape radius() const override { return largest_radius(psf_.kernels); }
    double share_cut() const override { return share_cut_; }
    bool is_even() const override { return psf_.is_even; }
    std::int64_t bytes(Shape grid) const override {
        const std::int64_t way = ModalBlur::way_bytes(psf_.kernels.size(), given_.knots(), grid);
        if (options_.method == Method::matched) return way + ModalBlur::work_bytes(psf_.kernels.size(), grid);
        const Shape knots = back_projector_knots(given_, image_);
        const auto back = static_cast<std::size_t>(knots.voxels());
        return way + ModalBlur::way_bytes(back, knots, grid) +
               ModalBlur::work_bytes(std::max(psf_.kernels.size(), back), grid);
    }
    std::unique_ptr<Blur> build(const WorkingGrid& layout, Transform& transform) const override {
        ModalKernels back;
        if (options_.method != Method::matched) back = modal_back_projectors(psf_, given_, image_, options_, device_);
        return std::make_unique<ModalBlur>(psf_, back, image_, layout, transform, device_);
    }

private:
    VaryingPsf given_;
    Shape image_;
    double share_cut_ = 0;
    ModalKernels psf_;
    DeconvolveOptions options_;
    Device device_;
};

}  // namespace

std::unique_ptr<BlurPlan> plan_blur(View<const float> psf, Shape image, const DeconvolveOptions& options,
                                    const Device& device) {
    return std::make_unique<UniformBlurPlan>(psf, image, options, device);
}

std::unique_ptr<BlurPlan> plan_blur(const VaryingPsf& psf, Shape image, const DeconvolveOptions& options,
                                    const Device& device) {
    return std::make_unique<ModalBlurPlan>(psf, image, options, device);
}

}  // namespace planapo
