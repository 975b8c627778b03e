// An image's photons, split at random: a thread draws the numbers of its voxels, which depend on their place alone
// (src/random.hpp). Bytes that must move, for c voxels: 12 c. It is the one kernel that computes more than it moves:
// some 100 integer operations for 128 random bits, of which a voxel of up to 128 photons takes halvings + 1 times as
// many.
#include "launch.cuh"
#include "plugin/backend.hpp"
#include "plugin/walk.cuh"

namespace planapo::cuda {

/// What is loaded ahead of its use: there is enough to compute to hide one load, and arrays of several would be indexed
/// in a loop too large to unroll.
struct Nothing {};
__device__ inline Nothing nothing(std::int64_t, std::int64_t, std::int64_t) { return {}; }

__global__ void __launch_bounds__(threads_per_block)
    thin_kernel(View<const float> observed, Thinning thinning, View<float> kept, View<float> taken) {
    for_each_voxel(observed.shape(), nothing, [&](std::int64_t z, std::int64_t y, std::int64_t x, Nothing) {
        const float recorded = observed(z, y, x);
        const float take = formula::taken(recorded, thinning, thinning.voxel(z, y, x));
        taken(z, y, x) = take;
        kept(z, y, x) = formula::kept(recorded, take, thinning);
    });
}

void CudaBackend::thin(View<const float> observed, const Thinning& thinning, View<float> kept, View<float> taken,
                       const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(thin_kernel, walk_grid(observed.shape()), walk_block(), 0, queue(stream), observed, thinning, kept, taken);
}

}  // namespace planapo::cuda
