// What blur that varies in space takes besides transforms.
#include <vector>

#include "bench.hpp"

namespace planapo::bench {

namespace {

/// A grid, what is added to it, and coefficients at 3 x 3 x 3 knots.
struct Operands {
    Operands(const Job& job, const Device& device)
        : grid(job.grid, device),
          other(job.grid, device),
          core(photons(job.image, device)),
          lattice(photons({3, 3, 3}, device)),
          z(places(job.grid.z, device)),
          y(places(job.grid.y, device)),
          x(places(job.grid.x, device)) {}

    Weights weights() const { return {lattice, z.view(), y.view(), x.view()}; }

    static Volume<Place> places(std::int64_t positions, const Device& device) {
        std::vector<Place> list;
        for (std::int64_t i = 0; i < positions; ++i) {
            const double knot = 2 * static_cast<double>(i) / static_cast<double>(positions);
            const auto lower = static_cast<std::int32_t>(knot);
            list.push_back({static_cast<std::int32_t>(i), lower, static_cast<float>(knot - lower)});
        }
        Volume<Place> there({1, 1, positions}, device);
        device.backend().copy(list.data(), there.data(), checked_bytes(there.shape(), sizeof(Place)), {});
        device.backend().wait({});
        return there;
    }

    Grid grid, other;
    Volume<float> core, lattice;
    Volume<Place> z, y, x;
};

using Pass = std::function<void(Backend&, Operands&, const Stream&)>;

void add_pass(const std::string& name, const Device& device, const Job& job, std::int64_t bytes, const Pass& pass) {
    add(name, device, job.grid, [=](benchmark::State& state) {
        Operands operands(job, device);
        measure(state, device,
                {job.grid, bytes, [&](const Stream& stream) { pass(device.backend(), operands, stream); },
                 [&](const Stream& stream) { operands.grid.reset(stream); }});
    });
}

}  // namespace

void add_weigh(const Device& device, const Job& job) {
    const Margin margin = job.margin();
    const std::int64_t core = checked_bytes(job.image, sizeof(float)), grid = checked_bytes(job.grid, sizeof(float));
    const std::int64_t spectrum = grid_bytes(job.grid);
    add_pass("fold", device, job, core + grid, [=](Backend& backend, Operands& on, const Stream& stream) {
        backend.fold(on.grid.view(), margin, on.core, stream);
    });
    add_pass("weigh", device, job, 2 * grid, [](Backend& backend, Operands& on, const Stream& stream) {
        backend.weigh(on.other.view(), on.weights(), on.grid.view(), stream);
    });
    add_pass("add_weighed", device, job, 3 * grid, [](Backend& backend, Operands& on, const Stream& stream) {
        backend.add_weighed(on.other.view(), on.weights(), on.grid.view(), on.grid.view(), stream);
    });
    // The spectrum is its own OTF here, and moves once.
    add_pass("multiply_to", device, job, 2 * spectrum, [](Backend& backend, Operands& on, const Stream& stream) {
        const View<Complex> other = on.other.spectrum();
        backend.multiply_to(other, other, Conjugate::no, on.grid.spectrum(), stream);
    });
    add_pass("multiply_add", device, job, 3 * spectrum, [](Backend& backend, Operands& on, const Stream& stream) {
        const View<Complex> grids = on.grid.spectrum(), other = on.other.spectrum();
        backend.multiply_add(other, other, grids, grids, stream);
    });
}

}  // namespace planapo::bench
