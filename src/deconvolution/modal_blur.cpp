#include "modal_blur.hpp"

#include <algorithm>

#include "knots.hpp"
#include "uniform_blur.hpp"

namespace planapo {

namespace {

Volume<Place> on_device(const std::vector<Place>& places, const Device& device) {
    Volume<Place> copy({1, 1, static_cast<std::int64_t>(places.size())}, device);
    const Stream stream(device);
    device.backend().copy(places.data(), copy.data(), checked_bytes(copy.shape(), sizeof(Place)), stream);
    device.backend().wait(stream);
    return copy;
}

}  // namespace

ModalBlur::ModalBlur(const ModalKernels& psf, const ModalKernels& back_projectors, Shape image,
                     const WorkingGrid& layout, Transform& transform, const Device& device)
    : device_(device),
      backend_(device.backend()),
      transform_(transform),
      image_(image),
      domain_(layout.domain),
      grid_(layout.grid),
      is_even_(psf.is_even) {
    psf_ = way_of(psf, layout);
    back_ = way_of(back_projectors, layout);
    if (std::max(psf_.otfs.size(), back_.otfs.size()) == 1) return;
    sum_ = Buffer(grid_bytes(grid_), device);
    work_ = Buffer(grid_bytes(grid_), device);
}

ModalBlur::Way ModalBlur::way_of(const ModalKernels& modes, const WorkingGrid& layout) {
    Way way;
    const Shape before = layout.residual.before;
    if (modes.kernels.empty()) return way;
    const View<float> shape_only = grid_view(nullptr, grid_);
    for (std::size_t i = 0; i < modes.kernels.size(); ++i) {
        way.otfs.push_back(otf_on(shape_only, modes.kernels[i], transform_, device_));
        way.lattices.push_back(copy_to(device_, modes.lattices[i]));
    }
    way.places[0] = on_device(places_on_grid(modes.knots[0], image_.z, grid_.z, before.z), device_);
    way.places[1] = on_device(places_on_grid(modes.knots[1], image_.y, grid_.y, before.y), device_);
    way.places[2] = on_device(places_on_grid(modes.knots[2], image_.x, grid_.x, before.x), device_);
    return way;
}

View<const Complex> ModalBlur::otf(const Way& way, std::size_t mode) const {
    return spectrum_of(on_grid(way.otfs[mode]));
}

// The first term is made where the sum will be, the last in the grid itself, where the result belongs.
void ModalBlur::project(View<float> grid, const Stream& stream) {
    const std::size_t modes = psf_.otfs.size();
    for (std::size_t i = 0; i < modes; ++i) {
        const View<float> term = i + 1 == modes ? grid : on_grid(i == 0 ? sum_ : work_);
        backend_.weigh(grid, psf_.weights(i), term, stream);
        transform_.forward(term, stream);
        if (i == 0) {
            backend_.multiply(spectrum_of(term), otf(psf_, i), Conjugate::no, stream);
        } else {
            const View<Complex> sum = spectrum_of(on_grid(sum_));
            backend_.multiply_add(spectrum_of(term), otf(psf_, i), sum, i + 1 == modes ? spectrum_of(grid) : sum,
                                  stream);
        }
    }
    transform_.inverse(grid, stream);
}

void ModalBlur::project_back(View<float> grid, const Stream& stream) {
    const bool matched = back_.otfs.empty();
    carry_back(matched ? psf_ : back_, matched ? Conjugate::yes : Conjugate::no, grid, domain_, stream);
}

/// What comes out is `wanted` of the grid's first voxels.
void ModalBlur::carry_back(const Way& way, Conjugate conjugate, View<float> grid, Shape wanted, const Stream& stream) {
    const std::size_t modes = way.otfs.size();
    transform_.forward(grid, stream);
    for (std::size_t i = 0; i < modes; ++i) {
        const bool last = i + 1 == modes;
        const View<float> term = last ? grid : on_grid(work_);
        backend_.multiply_to(spectrum_of(grid), otf(way, i), conjugate, spectrum_of(term), stream);
        transform_.inverse(term, stream);
        const View<float> part = term.corner(wanted);
        const View<float> to = last ? part : on_grid(sum_).corner(wanted);
        if (i == 0) {
            backend_.weigh(part, way.weights(i), to, stream);
        } else {
            backend_.add_weighed(part, way.weights(i), on_grid(sum_).corner(wanted), to, stream);
        }
    }
}

std::int64_t ModalBlur::way_bytes(std::size_t modes, Shape knots, Shape grid) {
    return (grid.z + grid.y + grid.x) * static_cast<std::int64_t>(sizeof(Place)) +
           static_cast<std::int64_t>(modes) * (grid_bytes(grid) + checked_bytes(knots, sizeof(float)));
}

std::int64_t ModalBlur::work_bytes(std::size_t modes, Shape grid) { return modes > 1 ? 2 * grid_bytes(grid) : 0; }

}  // namespace planapo
