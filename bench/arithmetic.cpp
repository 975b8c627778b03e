// Passes that look at one voxel at a time.
#include "bench.hpp"

namespace planapo::bench {

namespace {

void add_multiply(const std::string& name, const Device& device, Shape shape, Conjugate conjugate) {
    const std::int64_t spectrum_read_otf_read_spectrum_written = 3 * grid_bytes(shape);
    add(name, device, shape, [=](benchmark::State& state) {
        Grid grid(shape, device), otf(shape, device);
        measure(state, device,
                {shape, spectrum_read_otf_read_spectrum_written,
                 [&](const Stream& stream) {
                     device.backend().multiply(grid.spectrum(), otf.spectrum(), conjugate, stream);
                 },
                 [&](const Stream& stream) { grid.reset(stream); }});
    });
}

}  // namespace

void add_arithmetic(const Device& device, const Job& job) {
    const Shape core = job.image;
    const std::int64_t image = checked_bytes(core, sizeof(float));
    add("fill", device, core, [=](benchmark::State& state) {
        Volume<float> out(core, device);
        measure(state, device, {core, image, [&](const Stream& stream) { device.backend().fill(out, 1.f, stream); }});
    });
    add("widen", device, core, [=](benchmark::State& state) {
        const Volume<std::uint16_t> recorded(core, device);
        Volume<float> out(core, device);
        const View<const std::uint16_t> narrow = recorded.view();
        measure(state, device,
                {core, image / 2 + image, [&](const Stream& stream) { device.backend().widen(narrow, out, stream); }});
    });
    add("start", device, core, [=](benchmark::State& state) {
        const Volume<float> observed = photons(core, device);
        Volume<float> estimate(core, device);
        measure(state, device, {core, 2 * image, [&](const Stream& stream) {
                                    device.backend().start({observed, {}, 10.f}, 1e-4f, estimate, stream);
                                }});
    });
    add_multiply("multiply", device, job.grid, Conjugate::no);
    add_multiply("multiply_conjugate", device, job.grid, Conjugate::yes);
}

}  // namespace planapo::bench
