// Every machine gives what the CPU gives, within 1e-4 of the peak, in the methods' useful range.
#include "restoring.hpp"

namespace planapo::testing {

namespace {

class Agreement : public Restoring {
protected:
    void expect_agreement(const DeconvolveOptions& options, Shape shape) {
        const Volume<float> psf = gaussian_volume({5, 6, 7}, 1, 1.1, 1.3, 0.2);
        const Volume<float> image = blurred(random_volume(shape, 33, 0.f, 100.f), psf);
        const Restored here = restore(image, psf, options), on_cpu = deconvolve(image, psf, options);
        EXPECT_EQ(here.report.iterations, on_cpu.report.iterations);
        EXPECT_LT(largest_difference(here.image, on_cpu.image), 1e-4 * peak_of(on_cpu.image));
    }
};

TEST_P(Agreement, Matched) {
    for (const Boundary boundary : every_boundary)
        expect_agreement(options_for(Method::matched, 20, boundary), {9, 10, 11});
}

// Unmatched projectors amplify rounding errors beyond five iterations.
TEST_P(Agreement, Unmatched) {
    for (const Method method :
         {Method::gaussian, Method::butterworth, Method::wiener_butterworth, Method::wiener, Method::omw})
        for (const int iterations : {1, 5}) expect_agreement(options_for(method, iterations), {9, 10, 11});
}

TEST_P(Agreement, FlatStartAndBackground) {
    DeconvolveOptions options = options_for(Method::matched, 5);
    options.start = Start::flat;
    options.background = 3;
    expect_agreement(options, {8, 9, 12});
}

TEST_P(Agreement, SinglePlanesAndRows) {
    expect_agreement(options_for(Method::matched, 3), {1, 20, 21});
    expect_agreement(options_for(Method::matched, 3), {1, 1, 33});
}

TEST_P(Agreement, AutomaticIterations) {
    DeconvolveOptions options;
    options.background = 1;
    expect_agreement(options, {9, 10, 11});
    options.method = Method::matched;
    expect_agreement(options, {9, 10, 11});
}

TEST_P(Agreement, TwoHundredMatchedIterationsSoak) {
    expect_agreement(options_for(Method::matched, 200), {16, 16, 16});
}

PLANAPO_ON_EVERY_MACHINE(Agreement);

}  // namespace

}  // namespace planapo::testing
