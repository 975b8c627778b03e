// Richardson-Lucy against its direct double-precision original: every parity of image and PSF, every boundary, every
// length from 1 to 33.
#include "common/machines.hpp"
#include "direct_original.hpp"

namespace planapo::testing {

namespace {

// One float rounding of the peak, times the roundings of two transforms of up to 2^15 voxels, times the iterations.
constexpr double tolerance = 2e-5;

class Original : public OnMachine {
protected:
    void expect_agreement(Shape image_shape, Shape psf_shape, Boundary boundary, int iterations = 2) {
        const Volume<float> image = random_volume(image_shape, 7, 1.f, 10.f);
        const Volume<float> psf = random_volume(psf_shape, 11, 0.1f, 1.f);  // lopsided on every axis
        DeconvolveOptions options;
        options.method = Method::matched;
        options.iterations = iterations;
        options.background = 0.5;
        options.floor = 1e-3;
        options.boundary = boundary;
        Volume<float> restored(image_shape);
        Deconvolver(psf, options, device()).run(image, restored);

        const auto expected =
            DirectOriginal(psf, image_shape, boundary).run(image, iterations, options.background, *options.floor);
        const double peak = *std::max_element(expected.begin(), expected.end());
        double largest = 0;
        for (std::size_t v = 0; v < expected.size(); ++v)
            largest = std::max(largest, std::abs(restored.data()[v] - expected[v]));
        EXPECT_LT(largest / peak, tolerance) << to_string(image_shape) << " voxels, PSF " << to_string(psf_shape);
    }
};

constexpr Boundary boundaries[] = {Boundary::mirror, Boundary::wrap, Boundary::zero};

TEST_P(Original, EveryParity) {
    for (const Boundary boundary : boundaries)
        for (const Shape image : {Shape{6, 7, 8}, {7, 8, 9}, {5, 6, 6}})
            for (const Shape psf : {Shape{3, 4, 5}, {4, 5, 2}, {1, 2, 3}}) expect_agreement(image, psf, boundary);
}

TEST_P(Original, EveryLength) {
    for (std::int64_t n = 1; n <= 33; ++n) {
        expect_agreement({1, 1, n}, {1, 1, std::min<std::int64_t>(5, n)}, Boundary::mirror);
        expect_agreement({1, n, 2}, {1, std::min<std::int64_t>(4, n), 1}, Boundary::mirror);
        expect_agreement({n, 2, 1}, {std::min<std::int64_t>(3, n), 2, 1}, Boundary::wrap);
    }
}

TEST_P(Original, PsfLargerThanAPeriodicImageFoldsOver) { expect_agreement({4, 5, 6}, {9, 8, 13}, Boundary::wrap); }

TEST_P(Original, MarginsWiderThanTheImage) { expect_agreement({2, 3, 4}, {3, 5, 7}, Boundary::mirror); }

PLANAPO_ON_EVERY_MACHINE(Original);

}  // namespace

}  // namespace planapo::testing
