// The public face of blur: the grid it works on, and images carried to the device and back.
#include <planapo/blur.hpp>

#include <mutex>

#include "../message.hpp"
#include "blur_plan.hpp"
#include "kernel.hpp"

namespace planapo {

namespace {

DeconvolveOptions matched_options(Boundary boundary) {
    DeconvolveOptions options;
    options.method = Method::matched;
    options.boundary = boundary;
    return options;
}

void check_known(Boundary boundary) {
    require(boundary != Boundary::unknown,
            "What lies outside is unknown: a blur needs to be told, so use mirror, wrap or zero.");
}

/// Nothing outside, also where a recording is carried back: the adjoint of cutting out the image.
Margin nothing_around(const Margin& margin) { return {Margin::Fill::constant, margin.before, 0}; }

}  // namespace

struct BlurOperator::Work {
    Work(const BlurPlan& plan, Shape image_, Boundary boundary, const Device& device_)
        : device(device_),
          image(image_),
          layout(working_grid(image, plan.radius(), boundary, device.backend().fft_costs())),
          memory(grid_bytes(layout.grid), device),
          transform(device.backend().plan_transform(grid(), Planning::estimate)),
          blur(plan.build(layout, *transform)) {}

    View<float> grid() const { return grid_view(static_cast<float*>(memory.data()), layout.grid); }

    /// `image` itself where the device can use it, else a place for a copy.
    View<float> reachable(View<float> given) {
        if (device.backend().holds(given.data())) return given;
        if (copy.shape() != image) copy = Volume<float>(image, device);
        return copy;
    }

    Device device;
    Shape image;
    WorkingGrid layout;
    Buffer memory;
    std::unique_ptr<Transform> transform;
    std::unique_ptr<Blur> blur;
    Volume<float> copy;  // of an image on the host that the device cannot reach
    std::mutex mutex;

    template <typename Verbs>
    void run(View<const float> in, View<float> out, const Stream& stream, Verbs verbs);
};

template <typename Verbs>
void BlurOperator::Work::run(View<const float> in, View<float> out, const Stream& stream, Verbs verbs) {
    require(!in.empty() && !out.empty(), "The image or the place for the result is a null pointer.");
    require(in.shape() == image && out.shape() == image,
            "The image has {} voxels and the place for the result {}, but this operator is for {}.",
            to_string(in.shape()), to_string(out.shape()), to_string(image));
    require(in.contiguous() && out.contiguous(), "The image and the place for the result must be contiguous.");
    const std::lock_guard turn(mutex);
    Backend& backend = device.backend();
    const std::int64_t bytes = checked_bytes(image, sizeof(float));
    const View<float> to = reachable(out);
    const bool reach = backend.holds(in.data());
    if (!reach) backend.copy(in.data(), to.data(), bytes, stream);
    verbs(reach ? in : View<const float>(to), to);
    if (to.data() != out.data()) backend.copy(to.data(), out.data(), bytes, stream);
    backend.wait(stream);
}

BlurOperator::BlurOperator(View<const float> psf, Shape image, Boundary boundary, const Device& device) {
    checked_bytes(image, sizeof(float));
    check_known(boundary);
    const auto plan = plan_blur(normalised_psf(psf), image, matched_options(boundary), device);
    work_ = std::make_unique<Work>(*plan, image, boundary, device);
}

BlurOperator::BlurOperator(const VaryingPsf& psf, Shape image, Boundary boundary, const Device& device) {
    checked_bytes(image, sizeof(float));
    check_known(boundary);
    const auto plan = plan_blur(psf, image, matched_options(boundary), device);
    work_ = std::make_unique<Work>(*plan, image, boundary, device);
}

BlurOperator::~BlurOperator() = default;
BlurOperator::BlurOperator(BlurOperator&&) noexcept = default;
BlurOperator& BlurOperator::operator=(BlurOperator&&) noexcept = default;

Shape BlurOperator::image_shape() const { return work_->image; }
const Device& BlurOperator::device() const { return work_->device; }

// What is read of the grid is its core, with no margin around it: a fold with nothing to fold.
void BlurOperator::forward(View<const float> in, View<float> out, const Stream& stream) {
    Work& work = *work_;
    work.run(in, out, stream, [&](View<const float> from, View<float> to) {
        Backend& backend = work.device.backend();
        backend.spread(from, work.grid(), work.layout.estimate, stream);
        work.blur->project(work.grid(), stream);
        backend.fold(work.grid(), nothing_around(work.layout.estimate), to, stream);
    });
}

void BlurOperator::adjoint(View<const float> in, View<float> out, const Stream& stream) {
    Work& work = *work_;
    work.run(in, out, stream, [&](View<const float> from, View<float> to) {
        Backend& backend = work.device.backend();
        backend.spread(from, work.grid(), nothing_around(work.layout.estimate), stream);
        work.blur->transpose(work.grid(), stream);
        backend.fold(work.grid(), work.layout.estimate, to, stream);
    });
}

Volume<float> blur(View<const float> image, View<const float> psf, Boundary boundary, const Device& device) {
    Volume<float> result(image.shape());
    BlurOperator(psf, image.shape(), boundary, device).forward(image, result);
    return result;
}

Volume<float> blur(View<const float> image, const VaryingPsf& psf, Boundary boundary, const Device& device) {
    Volume<float> result(image.shape());
    BlurOperator(psf, image.shape(), boundary, device).forward(image, result);
    return result;
}

}  // namespace planapo
