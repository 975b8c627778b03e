// The element-wise passes of an iteration, with the margin that each fills. A pass reads and writes the core, and
// writes the margin.
#include "bench.hpp"

namespace planapo::bench {

namespace {

/// What all these verbs work on.
struct Operands {
    Operands(const Job& job, const Device& device)
        : grid(job.grid, device),
          observed(photons(job.image, device)),
          estimate(photons(job.image, device)),
          course(static_cast<std::int64_t>(sizeof(Course)), device),
          partials(device.backend().partial_sums(job.image) * static_cast<std::int64_t>(sizeof(Misfit)), device) {
        const Course begun{.scale = 0.5};
        device.backend().copy(&begun, course.data(), sizeof begun, {});
        device.backend().wait({});
    }

    const Course* so_far() { return static_cast<const Course*>(course.data()); }
    Misfit* sums() { return static_cast<Misfit*>(partials.data()); }

    Grid grid;
    Volume<float> observed, estimate;
    Buffer course, partials;
};

using Pass = std::function<void(Backend&, Operands&, const Stream&)>;

void add_pass(const std::string& name, const Device& device, const Job& job, std::int64_t bytes, const Pass& pass) {
    add(name, device, job.image, [=](benchmark::State& state) {
        Operands operands(job, device);
        Backend& backend = device.backend();
        measure(state, device,
                {job.image, bytes, [&](const Stream& stream) { pass(backend, operands, stream); },
                 [&](const Stream& stream) {
                     operands.grid.reset(stream);
                     backend.start({operands.observed, {}, 0.f}, 1e-4f, operands.estimate, stream);
                 }});
    });
}

}  // namespace

void add_iterate(const Device& device, const Job& job) {
    constexpr float background = 10.f, floor = 1e-4f;
    const Margin margin = job.margin();
    const std::int64_t core = checked_bytes(job.image, sizeof(float)), grid = checked_bytes(job.grid, sizeof(float));
    add_pass("spread", device, job, core + grid, [=](Backend& backend, Operands& on, const Stream& stream) {
        backend.spread(on.estimate, on.grid.view(), margin, stream);
    });
    add_pass("ratio", device, job, 2 * core + grid, [=](Backend& backend, Operands& on, const Stream& stream) {
        backend.ratio(on.grid.view(), on.observed, background, floor, margin, on.sums(), stream);
    });
    add_pass("misfit", device, job, 2 * core, [=](Backend& backend, Operands& on, const Stream& stream) {
        backend.misfit(on.grid.view(), {on.observed, {}, background}, on.so_far(), floor, on.sums(), stream);
    });
    add_pass("update", device, job, 3 * core, [=](Backend& backend, Operands& on, const Stream& stream) {
        backend.update(on.grid.view(), on.estimate, floor, on.so_far(), stream);
    });
    add_pass("update_and_spread", device, job, 3 * core + grid,
             [=](Backend& backend, Operands& on, const Stream& stream) {
                 backend.update_and_spread(on.grid.view(), on.estimate, {}, floor, margin, on.so_far(), stream);
             });
}

}  // namespace planapo::bench
