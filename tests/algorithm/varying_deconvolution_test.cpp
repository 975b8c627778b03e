// Deconvolution with PSFs that are the same everywhere, given as one that varies: what one PSF gives, with all that may
// come along. Other PSFs are tried in tests/python/test_varying_deconvolution.py.
#include <planapo/blur.hpp>

#include "restoring.hpp"

namespace planapo::testing {

namespace {

constexpr Boundary with_unknown[] = {Boundary::mirror, Boundary::wrap, Boundary::zero, Boundary::unknown};

class VaryingDeconvolution : public OnMachine {
protected:
    /// As one PSF, `count` knots along y and x.
    void expect_same(Shape shape, std::int64_t count, const DeconvolveOptions& options) {
        SCOPED_TRACE(to_string(shape) + ", boundary " + std::to_string(static_cast<int>(options.boundary)));
        const Volume<float> psf = gaussian_volume({1, 4, 5}, 1, 1.1, 1.2, 0.2);
        const Volume<float> image = blurred(random_volume(shape, 33, 0.f, 100.f), psf);
        const std::vector<View<const float>> psfs(static_cast<std::size_t>(count * count), psf);
        Volume<float> varying(shape), uniform(shape);

        const auto report =
            Deconvolver(VaryingPsf::of_grid(psfs, {1, count, count}), options, device()).run(image, varying);

        EXPECT_EQ(Deconvolver(psf, options, device()).run(image, uniform).iterations, report.iterations);
        // What is promised between machines; here it is the order of sums that differs.
        EXPECT_LT(largest_difference(varying, uniform), 1e-4 * peak_of(uniform));
    }
};
PLANAPO_ON_EVERY_MACHINE(VaryingDeconvolution);

TEST_P(VaryingDeconvolution, OfEqualPsfsIsThatOfOne) {
    for (const Boundary boundary : with_unknown)
        for (const Method method : {Method::matched, Method::wiener_butterworth})
            expect_same({3, 14, 15}, 2, options_for(method, 3, boundary));
}

TEST_P(VaryingDeconvolution, OfManyEqualPsfsIsThatOfOne) {
    for (const Boundary boundary : with_unknown)
        for (const Method method : {Method::matched, Method::wiener_butterworth})
            expect_same({1, 64, 60}, 8, options_for(method, 2, boundary));
}

TEST_P(VaryingDeconvolution, HurriesAndStopsByItself) {
    DeconvolveOptions options = options_for(Method::matched, 5);
    options.acceleration = Acceleration::biggs_andrews;
    options.regularisation.penalty = Penalty::total_variation;
    expect_same({3, 14, 15}, 2, options);
    options.iterations = {};
    expect_same({3, 14, 15}, 2, options);
}

TEST_P(VaryingDeconvolution, TakesWeights) {
    const Shape shape{3, 14, 15};
    const Volume<float> psf = gaussian_volume({1, 4, 5}, 1, 1.1, 1.2, 0.2);
    const Volume<float> image = blurred(random_volume(shape, 33, 0.f, 100.f), psf);
    const Volume<float> weights = volume_of(shape, [](auto, auto y, auto x) { return y == 5 && x == 6 ? 0 : 1; });
    Volume<float> varying(shape), uniform(shape);

    Deconvolver(VaryingPsf::of_grid({psf, psf}, {1, 2, 1}), options_for(Method::matched, 4), device())
        .run_weighted(image, weights, varying);

    Deconvolver(psf, options_for(Method::matched, 4), device()).run_weighted(image, weights, uniform);
    EXPECT_LT(largest_difference(varying, uniform), 1e-4 * peak_of(uniform));  // as above
}

TEST_P(VaryingDeconvolution, IsTheSameOnEveryMachine) {
    const Shape shape{8, 9, 10};
    const Volume<float> narrow = gaussian_volume({3, 4, 5}, 1, 1, 1, 0.2), wide = gaussian_volume({5, 5, 5}, 2, 1, 1);
    const VaryingPsf psf = VaryingPsf::of_grid({narrow, wide}, {2, 1, 1});
    const Volume<float> image = blur(random_volume(shape, 3, 0.f, 100.f), psf);
    for (const Method method : every_method) {
        Volume<float> here(shape), on_cpu(shape);
        Deconvolver(psf, options_for(method, 4), device()).run(image, here);
        Deconvolver(psf, options_for(method, 4)).run(image, on_cpu);
        EXPECT_LT(largest_difference(here, on_cpu), 1e-4 * peak_of(on_cpu));
    }
}

TEST(BlurOperator, NeedsToKnowWhatLiesOutside) {
    const Volume<float> psf = gaussian_volume({3, 3, 3}, 1, 1, 1);
    EXPECT_THROW(BlurOperator(psf, {4, 4, 4}, Boundary::unknown), InvalidArgument);
    EXPECT_THROW(BlurOperator(VaryingPsf::of_grid({psf}, {1, 1, 1}), {4, 4, 4}, Boundary::unknown), InvalidArgument);
}

}  // namespace

}  // namespace planapo::testing
