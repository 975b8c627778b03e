// What must hold whatever the data: light is kept, points stay where they are, symmetry is respected, the likelihood
// rises.
#include "restoring.hpp"

namespace planapo::testing {

namespace {

class Invariants : public Restoring {};

TEST_P(Invariants, PeriodicMatchedKeepsTheFlux) {
    const Volume<float> image = random_volume({12, 15, 14}, 3, 1.f, 100.f),
                        psf = gaussian_volume({5, 6, 7}, 1, 1.2, 1.5, 0.3);
    for (const int iterations : {1, 5, 20}) {
        const Restored restored = restore(image, psf, options_for(Method::matched, iterations, Boundary::wrap));
        EXPECT_NEAR(sum_of(restored.image) / sum_of(image), 1, 1e-5)
            << iterations << " iterations";  // float32 sums and transforms
    }
}

TEST_P(Invariants, APointStaysAtItsVoxel) {
    for (const Shape shape : {Shape{9, 10, 11}, {10, 11, 12}, {8, 9, 8}})
        for (const Shape psf_shape : {Shape{5, 5, 5}, {4, 5, 6}, {6, 4, 4}, {5, 6, 5}})
            for (const Method method : every_method) {
                const Volume<float> psf = gaussian_volume(psf_shape, 0.9, 0.9, 0.9);
                const Volume<float> point =
                    volume_of(shape, [](auto z, auto y, auto x) { return z == 4 && y == 5 && x == 3 ? 1000 : 0; });
                const Volume<float> image = blurred(point, psf);
                const Restored restored = restore(image, psf, options_for(method, 3, Boundary::wrap));
                EXPECT_EQ(restored.image.view()(4, 5, 3), peak_of(restored.image))
                    << to_string(shape) << ", PSF " << to_string(psf_shape);
                EXPECT_GT(restored.image.view()(4, 5, 3), image.view()(4, 5, 3));
            }
}

Volume<float> mirrored(View<const float> volume) {
    const Shape n = volume.shape();
    return volume_of(n, [&](auto z, auto y, auto x) { return volume(n.z - 1 - z, n.y - 1 - y, n.x - 1 - x); });
}

Volume<float> turned(View<const float> volume) {  // z, y, x -> x, z, y
    const Shape n = volume.shape();
    return volume_of({n.x, n.z, n.y}, [&](auto z, auto y, auto x) { return volume(y, x, z); });
}

TEST_P(Invariants, MirroredAndTurnedInputsGiveMirroredAndTurnedResults) {
    const Volume<float> image = random_volume({9, 10, 12}, 5, 1.f, 9.f), psf = gaussian_volume({5, 5, 5}, 1, 1, 1, 0.4);
    for (const Boundary boundary : every_boundary) {
        const DeconvolveOptions matched = options_for(Method::matched, 3, boundary);
        const Restored plain = restore(image, psf, matched);
        const double tolerance = 1e-5 * peak_of(plain.image);  // the same sums in another order
        EXPECT_LT(largest_difference(mirrored(plain.image), restore(mirrored(image), mirrored(psf), matched).image),
                  tolerance);
        EXPECT_LT(largest_difference(turned(plain.image), restore(turned(image), turned(psf), matched).image),
                  tolerance);
    }
}

TEST_P(Invariants, MatchedNeverLowersTheLikelihood) {
    const Volume<float> psf = gaussian_volume({5, 5, 5}, 1, 1, 1, 0.2);
    const Volume<float> image = blurred(random_volume({10, 12, 14}, 9, 0.f, 50.f), psf);
    for (const Boundary boundary : every_boundary) {
        const Restored restored = restore(image, psf, options_for(Method::matched, 15, boundary));
        const std::vector<double>& divergence = restored.report.divergence;
        ASSERT_EQ(divergence.size(), 15u);
        for (std::size_t i = 1; i < divergence.size(); ++i)
            EXPECT_LE(divergence[i], divergence[i - 1] * (1 + 1e-4) + 1e-7)
                << "iteration " << i;  // float32 ratios near 1
    }
}

TEST_P(Invariants, StrongRegularisationMakesWienerButterworthMatched) {
    const Volume<float> image = random_volume({9, 11, 13}, 21, 1.f, 5.f),
                        psf = gaussian_volume({5, 7, 7}, 1, 1.2, 1.5, 0.3);
    DeconvolveOptions strong = options_for(Method::wiener_butterworth, 2);
    strong.projector.alpha = 1e6;  // conj(F) / (|F|^2 + alpha) has the shape of conj(F)
    const Restored a = restore(image, psf, strong), b = restore(image, psf, options_for(Method::matched, 2));
    EXPECT_LT(largest_difference(a.image, b.image), 1e-4 * peak_of(b.image));  // float32 division by 1e6
}

TEST_P(Invariants, ADeltaPsfLeavesTheImageAlone) {
    const Volume<float> image = random_volume({5, 6, 7}, 1, 1.f, 2.f), delta = constant_volume({1, 1, 1}, 3.f);
    for (const Method method : {Method::matched, Method::wiener_butterworth}) {
        const Restored restored = restore(image, delta, options_for(method, 4));
        EXPECT_LT(largest_difference(restored.image, image), 1e-5);  // a transform there and back, four times
    }
}

PLANAPO_ON_EVERY_MACHINE(Invariants);

}  // namespace

}  // namespace planapo::testing
