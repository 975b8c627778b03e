// One look at every voxel.
#include "bench.hpp"

namespace planapo::bench {

void add_reduce(const Device& device, const Job& job) {
    const Shape core = job.image;
    add("survey", device, core, [=](benchmark::State& state) {
        const Volume<float> image = photons(core, device);
        measure(state, device, {core, checked_bytes(core, sizeof(float)), [&](const Stream& stream) {
                                    benchmark::DoNotOptimize(device.backend().survey(image, 0.f, stream));
                                }});
    });
}

}  // namespace planapo::bench
