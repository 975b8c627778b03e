#include "boxed_blur.hpp"

#include <algorithm>

#include "knots.hpp"
#include "uniform_blur.hpp"

namespace planapo {

namespace {

/// Positions on an axis of the room: the image with its margins, in their natural order.
struct Span {
    std::int64_t first = 0, count = 0;
};

/// One axis of the image, its margins and its knots.
struct Axis {
    std::int64_t core, grid, before, reach;
    std::vector<Place> places;  // of every position of the room

    std::int64_t room() const { return core + 2 * before; }
    /// Where a position of the room lies on the grid; -1 outside.
    std::int32_t on_grid(std::int64_t position) const {
        if (position < 0 || position >= room()) return -1;
        return static_cast<std::int32_t>(position < before ? position - before + grid : position - before);
    }
};

std::array<Axis, 3> axes_of(const ModalKernels& modes, Shape image, const WorkingGrid& layout, Shape reach) {
    const Shape before = layout.residual.before, grid = layout.grid;
    std::array<Axis, 3> axes{Axis{image.z, grid.z, before.z, reach.z, {}}, Axis{image.y, grid.y, before.y, reach.y, {}},
                             Axis{image.x, grid.x, before.x, reach.x, {}}};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto on_grid = places_on_grid(modes.knots[i], axes[i].core, axes[i].grid, axes[i].before);
        for (std::int64_t position = 0; position < axes[i].room(); ++position)
            axes[i].places.push_back(on_grid[static_cast<std::size_t>(axes[i].on_grid(position))]);
    }
    return axes;
}

/// The knots at which a lattice is not 0, first and last on each axis.
std::array<Span, 3> knots_that_count(View<const float> lattice) {
    const Shape n = lattice.shape();
    std::array<std::int64_t, 3> least{n.z, n.y, n.x}, most{-1, -1, -1};
    for (std::int64_t z = 0; z < n.z; ++z)
        for (std::int64_t y = 0; y < n.y; ++y)
            for (std::int64_t x = 0; x < n.x; ++x) {
                if (lattice(z, y, x) == 0) continue;
                const std::array at{z, y, x};
                for (std::size_t i = 0; i < 3; ++i) {
                    least[i] = std::min(least[i], at[i]);
                    most[i] = std::max(most[i], at[i]);
                }
            }
    std::array<Span, 3> spans;
    for (std::size_t i = 0; i < 3; ++i) spans[i] = {least[i], most[i] - least[i] + 1};
    return spans;
}

/// From the first to the last position between or at these knots.
Span support(const Axis& axis, const Span& knots) {
    std::int64_t first = axis.room(), last = -1;
    for (std::int64_t i = 0; i < axis.room(); ++i) {
        const Place& place = axis.places[static_cast<std::size_t>(i)];
        const auto counts = [&](std::int64_t knot) { return knot >= knots.first && knot < knots.first + knots.count; };
        if (!(counts(place.knot) || (place.share > 0 && counts(place.knot + 1)))) continue;
        first = std::min(first, i);
        last = i;
    }
    return last < 0 ? Span{0, 1} : Span{first, last - first + 1};
}

std::array<Span, 3> supports(const std::array<Axis, 3>& axes, View<const float> lattice) {
    const auto knots = knots_that_count(lattice);
    return {support(axes[0], knots[0]), support(axes[1], knots[1]), support(axes[2], knots[2])};
}

Volume<Place> on_device(const std::vector<Place>& places, const Device& device) {
    Volume<Place> copy({1, 1, static_cast<std::int64_t>(places.size())}, device);
    const Stream stream(device);
    device.backend().copy(places.data(), copy.data(), checked_bytes(copy.shape(), sizeof(Place)), stream);
    device.backend().wait(stream);
    return copy;
}

constexpr Place nowhere{-1, 0, 0};

/// A box that takes what lies from `from` on; weighed if its voxels are to be.
std::vector<Place> taken(const Axis& axis, const Span& from, std::int64_t box, bool weighed) {
    std::vector<Place> places(static_cast<std::size_t>(box), nowhere);
    for (std::int64_t i = 0; i < from.count; ++i) {
        const std::int32_t voxel = axis.on_grid(from.first + i);
        if (voxel < 0) continue;
        Place& place = places[static_cast<std::size_t>(i)];
        if (weighed) place = axis.places[static_cast<std::size_t>(from.first + i)];
        place.voxel = voxel;
    }
    return places;
}

/// Positions `to` of the sum take the box's voxels, of which the first lies at `origin`.
std::vector<Place> given(const Axis& axis, const Span& to, std::int64_t origin, std::int64_t box, bool weighed) {
    std::vector<Place> places;
    for (std::int64_t i = to.first; i < to.first + to.count; ++i) {
        places.push_back(weighed ? axis.places[static_cast<std::size_t>(i)] : Place{});
        places.back().voxel = static_cast<std::int32_t>((i - origin + box) % box);
    }
    return places;
}

/// What the positions of a grid take of the room.
std::vector<Place> out_of_room(std::int64_t core, std::int64_t grid, std::int64_t before) {
    std::vector<Place> places;
    for (std::int64_t i = 0; i < grid; ++i) {
        const std::int64_t position = i < grid - before ? i + before : i - grid + before;
        places.push_back(position < core + 2 * before ? Place{static_cast<std::int32_t>(position), 0, 0} : nowhere);
    }
    return places;
}

Span widened(const Span& span, std::int64_t by) { return {span.first - by, span.count + 2 * by}; }

Span within(const Span& span, std::int64_t room) {
    const std::int64_t first = std::max<std::int64_t>(span.first, 0), end = std::min(span.first + span.count, room);
    return {first, end - first};
}

}  // namespace

Shape BoxedBlur::box_grid(const ModalKernels& modes, Shape image, const WorkingGrid& layout, const FftCosts* costs) {
    const Shape reach = largest_radius(modes.kernels);
    const auto axes = axes_of(modes, image, layout, reach);
    Shape most{1, 1, 1};
    for (const auto& lattice : modes.lattices) {
        const auto spans = supports(axes, lattice);
        most = {std::max(most.z, spans[0].count), std::max(most.y, spans[1].count), std::max(most.x, spans[2].count)};
    }
    return cheapest_grid({most.z + 2 * reach.z, most.y + 2 * reach.y, most.x + 2 * reach.x}, costs);
}

BoxedBlur::BoxedBlur(const ModalKernels& psf, const ModalKernels& back_projectors, Shape image,
                     const WorkingGrid& layout, const Device& device)
    : device_(device),
      backend_(device.backend()),
      box_(box_grid(psf, image, layout, backend_.fft_costs())),
      is_even_(psf.is_even) {
    const Shape before = layout.residual.before;
    const Shape room{image.z + 2 * before.z, image.y + 2 * before.y, image.x + 2 * before.x};
    work_ = Buffer(grid_bytes(box_), device);
    sum_ = Volume<float>(room, device);
    transform_ = backend_.plan_transform(work(), Planning::estimate);
    one_ = std::make_shared<Volume<float>>(copy_to(device, hat({1, 1, 1}, 0)));
    otfs_ = otfs_of(psf);
    back_otfs_ = otfs_of(back_projectors);
    project_ = boxes_of(psf, otfs_, Way::spreading, image, layout);
    transpose_ = boxes_of(psf, otfs_, Way::gathering, image, layout);
    for (Box& box : transpose_) box.conjugate = Conjugate::yes;
    back_ = boxes_of(back_projectors, back_otfs_, Way::gathering, image, layout);
    const std::array<std::int64_t, 3> grid{layout.grid.z, layout.grid.y, layout.grid.x};
    const std::array<std::int64_t, 3> core{image.z, image.y, image.x}, margin{before.z, before.y, before.x};
    for (std::size_t i = 0; i < 3; ++i) onto_grid_[i] = on_device(out_of_room(core[i], grid[i], margin[i]), device);
}

std::vector<Buffer> BoxedBlur::otfs_of(const ModalKernels& modes) const {
    std::vector<Buffer> otfs;
    for (const auto& kernel : modes.kernels) otfs.push_back(otf_on(work(), kernel, *transform_, device_));
    return otfs;
}

std::vector<BoxedBlur::Box> BoxedBlur::boxes_of(const ModalKernels& modes, const std::vector<Buffer>& otfs, Way way,
                                                Shape image, const WorkingGrid& layout) const {
    std::vector<Box> boxes;
    const Shape reach = largest_radius(modes.kernels);
    const auto axes = axes_of(modes, image, layout, reach);
    const std::array<std::int64_t, 3> extents{box_.z, box_.y, box_.x};
    for (std::size_t mode = 0; mode < otfs.size(); ++mode) {
        const bool spreads = way == Way::spreading;
        const auto lattice = std::make_shared<Volume<float>>(copy_to(device_, modes.lattices[mode]));
        Box box{{}, {}, {}, spreads ? lattice : one_, spreads ? one_ : lattice, &otfs[mode], Conjugate::no};
        const auto spans = supports(axes, modes.lattices[mode]);
        std::array<std::int64_t, 3> first{};
        for (std::size_t i = 0; i < 3; ++i) {
            const Axis& axis = axes[i];
            const Span near = widened(spans[i], axis.reach);
            const Span from = spreads ? spans[i] : near, to = spreads ? within(near, axis.room()) : spans[i];
            box.in[i] = on_device(taken(axis, from, extents[i], spreads), device_);
            box.out[i] = on_device(given(axis, to, from.first, extents[i], !spreads), device_);
            first[i] = to.first;
        }
        box.first = {first[0], first[1], first[2]};
        boxes.push_back(std::move(box));
    }
    return boxes;
}

void BoxedBlur::run(const std::vector<Box>& boxes, View<float> grid, const Stream& stream) {
    backend_.fill(sum_, 0, stream);
    for (const Box& box : boxes) add(box, grid, stream);
    const Weights all{one_->view(), onto_grid_[0].view(), onto_grid_[1].view(), onto_grid_[2].view()};
    backend_.weigh(sum_.view(), all, grid, stream);
}

void BoxedBlur::add(const Box& box, View<const float> grid, const Stream& stream) {
    const Weights in{box.in_lattice->view(), box.in[0].view(), box.in[1].view(), box.in[2].view()};
    const Weights out{box.out_lattice->view(), box.out[0].view(), box.out[1].view(), box.out[2].view()};
    backend_.weigh(grid, in, work(), stream);
    transform_->forward(work(), stream);
    const View<const Complex> otf = spectrum_of(grid_view(static_cast<float*>(box.otf->data()), box_));
    backend_.multiply(spectrum_of(work()), otf, box.conjugate, stream);
    transform_->inverse(work(), stream);
    const View<float> all = sum_;
    const Shape count{box.out[0].shape().x, box.out[1].shape().x, box.out[2].shape().x};
    const View<float> part(&all(box.first.z, box.first.y, box.first.x), count, all.row_stride(), all.slice_stride());
    backend_.add_weighed(work(), out, part, part, stream);
}

std::int64_t BoxedBlur::bytes(const ModalKernels& psf, std::size_t back_projectors, Shape image,
                              const WorkingGrid& layout, const Backend& backend) {
    const Shape box = box_grid(psf, image, layout, backend.fft_costs()), before = layout.residual.before;
    const Shape room{image.z + 2 * before.z, image.y + 2 * before.y, image.x + 2 * before.x};
    const auto modes = static_cast<std::int64_t>(psf.kernels.size()), back = static_cast<std::int64_t>(back_projectors);
    const std::int64_t lattice = checked_bytes(psf.lattices[0].shape(), sizeof(float));
    const Shape reach = largest_radius(psf.kernels), grid = layout.grid;
    const auto axes = axes_of(psf, image, layout, reach);
    std::int64_t places = (2 * modes + back) * (box.z + box.y + box.x) + grid.z + grid.y + grid.x;
    for (const auto& each : psf.lattices) {
        const auto spans = supports(axes, each);
        for (std::size_t i = 0; i < 3; ++i)
            places +=
                within(widened(spans[i], axes[i].reach), axes[i].room()).count + (back > 0 ? 2 : 1) * spans[i].count;
    }
    return (1 + modes + back) * grid_bytes(box) + backend.transform_bytes(box) + checked_bytes(room, sizeof(float)) +
           (2 * modes + back) * lattice + places * static_cast<std::int64_t>(sizeof(Place));
}

}  // namespace planapo
