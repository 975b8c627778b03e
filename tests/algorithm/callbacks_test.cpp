// What is restored does not depend on whether cuFFT does the product with the OTF.
#include "common/callbacks.hpp"
#include "restoring.hpp"

namespace planapo::testing {

namespace {

class Callbacks : public OnMachineWithCallbacks {
protected:
    void expect_no_difference(const DeconvolveOptions& options, Shape shape) {
        const Volume<float> psf = gaussian_volume({5, 6, 7}, 1, 1.1, 1.3, 0.2);
        const Volume<float> image = blurred(random_volume(shape, 34, 0.f, 100.f), psf);
        const Restored without = deconvolve(image, psf, options, device());
        const WithCallbacks callbacks;
        const Restored with = deconvolve(image, psf, options, device());
        EXPECT_EQ(with.report.iterations, without.report.iterations);
        // The simulator's FFTs are the same ones. cuFFT's are other kernels, which add in another order and may fuse a
        // product with a sum: some roundings in every iteration.
        if (GetParam() == std::string("simulated")) {
            EXPECT_TRUE(same_bits(with.image, without.image));
        }
        EXPECT_LT(largest_difference(with.image, without.image), 1e-5 * peak_of(without.image));
    }
};

TEST_P(Callbacks, ChangeNoMatchedResult) {
    for (const Boundary boundary : every_boundary)
        expect_no_difference(options_for(Method::matched, 5, boundary), {9, 10, 11});
    expect_no_difference(options_for(Method::matched, 5), {1, 20, 21});
    expect_no_difference(options_for(Method::matched, 5), {1, 1, 33});
}

TEST_P(Callbacks, ChangeNoUnmatchedResult) {
    for (const Method method : {Method::gaussian, Method::butterworth, Method::wiener_butterworth})
        expect_no_difference(options_for(method, 3), {9, 10, 11});
}

PLANAPO_ON_EVERY_MACHINE(Callbacks);

}  // namespace

}  // namespace planapo::testing
