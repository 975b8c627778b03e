// An image's photons, split at random.
#include "backend.hpp"

namespace planapo {

void CpuBackend::thin(View<const float> observed, const Thinning& thinning, View<float> kept, View<float> taken,
                      const Stream&) {
    for_each_row(observed.shape(), [&](std::int64_t z, std::int64_t y) {
        const float* recorded = observed.row(z, y);
        float *keep = kept.row(z, y), *take = taken.row(z, y);
        for (std::int64_t x = 0; x < observed.shape().x; ++x) {
            take[x] = formula::taken(recorded[x], thinning, thinning.voxel(z, y, x));
            keep[x] = formula::kept(recorded[x], take[x], thinning);
        }
    });
}

}  // namespace planapo
