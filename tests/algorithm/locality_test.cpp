// A voxel depends on what lies within n (r_forward + r_backward) of it and on nothing else: no wrapping, and exact
// chunks.
#include "restoring.hpp"

namespace planapo::testing {

namespace {

class Locality : public Restoring {};

TEST_P(Locality, ASourceOnOneFaceDoesNotReachTheOther) {
    const Shape shape{8, 9, 40};
    const Volume<float> psf = gaussian_volume({3, 3, 5}, 0.8, 0.8, 1);
    const Volume<float> plain = random_volume(shape, 13, 5.f, 6.f);
    const Volume<float> lit =
        volume_of(shape, [&](auto z, auto y, auto x) { return plain.view()(z, y, x) + (x == 0 ? 1000 : 0); });
    for (const Boundary boundary : {Boundary::mirror, Boundary::zero})
        for (const Method method : every_method)
            for (const int iterations : {1, 2, 5}) {
                DeconvolveOptions options = options_for(method, iterations, boundary);
                options.floor = 1e-3;  // decided from the whole image otherwise
                const Restored without = restore(plain, psf, options), with = restore(lit, psf, options);
                const std::int64_t reach = iterations * (2 + 2) + 1;
                const Shape beyond{shape.z, shape.y, shape.x - reach};
                const double peak = peak_of(with.image);
                EXPECT_LT(largest_difference(part_of(with.image, {0, 0, reach}, beyond),
                                             part_of(without.image, {0, 0, reach}, beyond)),
                          5e-6 * peak);  // float32 transforms; Wiener's side lobes carry their roundings everywhere
            }
}

TEST_P(Locality, AChunkWithItsHaloEqualsTheWhole) {
    const Shape shape{30, 30, 30}, core{10, 10, 10}, psf_shape{5, 5, 5};
    const Volume<float> psf = gaussian_volume(psf_shape, 1, 1, 1, 0.2), image = random_volume(shape, 17, 1.f, 20.f);
    for (const Method method : every_method) {
        DeconvolveOptions options = options_for(method, 2);
        options.floor = 1e-3;
        const Restored whole = restore(image, psf, options);
        const std::int64_t halo = 2 * (2 + 2);
        const Shape chunk{core.z + 2 * halo, core.y + 2 * halo, core.x + 2 * halo};
        const Restored part = restore(part_of(image, {10 - halo, 10 - halo, 10 - halo}, chunk), psf, options);
        EXPECT_LT(
            largest_difference(part_of(part.image, {halo, halo, halo}, core), part_of(whole.image, {10, 10, 10}, core)),
            2e-6 * peak_of(whole.image));  // float32 transforms of two sizes
    }
}

PLANAPO_ON_EVERY_MACHINE(Locality);

}  // namespace

}  // namespace planapo::testing
