#include "uniform_blur.hpp"

#include "kernel.hpp"

namespace planapo {

Buffer otf_on(View<float> grid, View<const float> kernel, Transform& transform, const Device& device) {
    const Shape shape = grid.shape();
    Backend& backend = device.backend();
    const Stream stream(device);
    Buffer otf(grid_bytes(shape), device);
    const View<float> on_device = grid_view(static_cast<float*>(otf.data()), shape);
    if (device.is_cpu()) {
        place(kernel, on_device);
    } else {
        const Buffer staging(otf.bytes(), Device());
        place(kernel, grid_view(static_cast<float*>(staging.data()), shape));
        backend.copy(staging.data(), otf.data(), otf.bytes(), stream);
        backend.wait(stream);
    }
    transform.forward(on_device, stream);
    backend.wait(stream);
    return otf;
}

UniformBlur::UniformBlur(View<const float> psf, View<const float> back_projector, View<float> grid,
                         Transform& transform, const Device& device)
    : otf_(otf_on(grid, psf, transform, device)) {
    const auto filter = [&](const Buffer& otf, Conjugate conjugate) {
        const Shape coefficients = spectrum_of(grid).shape();
        return transform.filter(View<const Complex>(static_cast<Complex*>(otf.data()), coefficients), conjugate);
    };
    project_ = filter(otf_, Conjugate::no);
    transpose_ = filter(otf_, Conjugate::yes);
    if (back_projector.empty()) return;
    back_otf_ = otf_on(grid, back_projector, transform, device);
    project_back_ = filter(back_otf_, Conjugate::no);
}

}  // namespace planapo
