#include "blur_plan.hpp"

#include <algorithm>

#include "back_projector.hpp"
#include "boxed_blur.hpp"
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
    std::int64_t bytes(const WorkingGrid& layout) const override {
        return (options_.method == Method::matched ? 1 : 2) * grid_bytes(layout.grid);
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
    std::int64_t bytes(const WorkingGrid& layout) const override {
        const std::size_t modes = psf_.kernels.size();
        const Shape knots = back_projector_knots(given_, image_), grid = layout.grid;
        const bool matched = options_.method == Method::matched;
        const std::size_t back = matched ? 0 : static_cast<std::size_t>(knots.voxels());
        if (in_boxes(layout)) return BoxedBlur::bytes(psf_, back, image_, layout, device_.backend());
        return ModalBlur::way_bytes(modes, given_.knots(), grid) +
               (matched ? 0 : ModalBlur::way_bytes(back, knots, grid)) +
               ModalBlur::work_bytes(std::max(modes, back), grid);
    }
    std::unique_ptr<Blur> build(const WorkingGrid& layout, Transform& transform) const override {
        ModalKernels back;
        if (options_.method != Method::matched) back = modal_back_projectors(psf_, given_, image_, options_, device_);
        if (in_boxes(layout)) return std::make_unique<BoxedBlur>(psf_, back, image_, layout, device_);
        return std::make_unique<ModalBlur>(psf_, back, image_, layout, transform, device_);
    }

private:
    /// Whether transforms of all the modes' boxes, there and back, are fewer voxels than those of the whole grid.
    bool in_boxes(const WorkingGrid& layout) const {
        if (options_.boundary == Boundary::wrap || !given_.coefficients().empty()) return false;
        const auto modes = static_cast<double>(psf_.kernels.size());
        const Shape box = BoxedBlur::box_grid(psf_, image_, layout, device_.backend().fft_costs());
        return 2 * modes * static_cast<double>(box.voxels()) < (modes + 1) * static_cast<double>(layout.grid.voxels());
    }

    VaryingPsf given_;
    Shape image_;
    double share_cut_ = 0;
    ModalKernels psf_;
    DeconvolveOptions options_;
    Device device_;
};

}  // namespace

bool is_one(const VaryingPsf& psf) { return psf.modes().size() == 1 && psf.coefficients().empty(); }

std::unique_ptr<BlurPlan> plan_blur(View<const float> psf, Shape image, const DeconvolveOptions& options,
                                    const Device& device) {
    return std::make_unique<UniformBlurPlan>(psf, image, options, device);
}

std::unique_ptr<BlurPlan> plan_blur(const VaryingPsf& psf, Shape image, const DeconvolveOptions& options,
                                    const Device& device) {
    if (is_one(psf)) return plan_blur(psf.modes()[0].view(), image, options, device);
    return std::make_unique<ModalBlurPlan>(psf, image, options, device);
}

}  // namespace planapo
