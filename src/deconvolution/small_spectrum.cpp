#include "small_spectrum.hpp"

#include "kernel.hpp"

namespace planapo {

SmallSpectrum::SmallSpectrum(View<const float> kernel, const Device& device)
    : device_(device),
      shape_(kernel.shape()),
      coefficients_(static_cast<std::size_t>(grid_bytes(shape_)) / sizeof(std::complex<float>)),
      memory_(grid_bytes(shape_), device) {
    const View<float> grid = grid_view(static_cast<float*>(memory_.data()), shape_);
    const Stream stream(device_);
    Backend& backend = device_.backend();
    transform_ = backend.plan_transform(grid, Planning::estimate);
    place(kernel, host_grid());
    backend.copy(coefficients_.data(), memory_.data(), memory_.bytes(), stream);
    transform_->forward(grid, stream);
    backend.copy(memory_.data(), coefficients_.data(), memory_.bytes(), stream);
    backend.wait(stream);
}

View<const float> SmallSpectrum::inverse() {
    const View<float> grid = grid_view(static_cast<float*>(memory_.data()), shape_);
    const Stream stream(device_);
    Backend& backend = device_.backend();
    backend.copy(coefficients_.data(), memory_.data(), memory_.bytes(), stream);
    transform_->inverse(grid, stream);
    backend.copy(memory_.data(), coefficients_.data(), memory_.bytes(), stream);
    backend.wait(stream);
    return host_grid();
}

View<float> SmallSpectrum::host_grid() { return grid_view(reinterpret_cast<float*>(coefficients_.data()), shape_); }

}  // namespace planapo
