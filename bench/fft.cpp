// Transforms of the working grid, in place.
#include "bench.hpp"

namespace planapo::bench {

namespace {

/// Two passes at least, each read and written: planes (x and y of one fit into a cache), then z.
std::int64_t least_bytes(Shape grid) { return 2 * 2 * grid_bytes(grid); }

}  // namespace

void add_fft(const Device& device, const Job& job) {
    const Shape shape = job.grid;
    const auto run = [=](benchmark::State& state, auto direction) {
        Grid grid(shape, device);
        const auto transform = device.backend().plan_transform(grid.view(), Planning::measure);
        measure(state, device,
                {shape, least_bytes(shape),
                 [&](const Stream& stream) { (transform.get()->*direction)(grid.view(), stream); },
                 [&](const Stream& stream) { grid.reset(stream); }});
    };
    add("forward", device, shape, [=](benchmark::State& state) { run(state, &Transform::forward); });
    add("inverse", device, shape, [=](benchmark::State& state) { run(state, &Transform::inverse); });
}

}  // namespace planapo::bench
