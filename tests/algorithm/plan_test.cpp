// A Deconvolver is a plan: built once, run many times, with the same bits, no new memory, from any thread, stopped at
// will.
#include <cstdlib>
#include <thread>

#include "restoring.hpp"

namespace planapo::testing {

namespace {

class Plan : public Restoring {
protected:
    const Volume<float> psf_ = gaussian_volume({3, 4, 5}, 0.8, 0.9, 1);
    const Volume<float> image_ = random_volume({9, 10, 11}, 41, 0.f, 10.f),
                        other_ = random_volume({9, 10, 11}, 43, 0.f, 10.f);
    const DeconvolveOptions options_ = options_for(Method::wiener_butterworth, 2);
};

TEST_P(Plan, SameInputSameBits) {
    Deconvolver deconvolver(psf_, options_, device());
    Volume<float> first(image_.shape()), again(image_.shape());
    deconvolver.run(image_, first);
    deconvolver.run(other_, again);
    deconvolver.run(image_, again);
    EXPECT_EQ(largest_difference(first, again), 0);
    EXPECT_EQ(largest_difference(first, restore(image_, psf_, options_).image), 0);
}

TEST_P(Plan, TakesWhatItSaidAndThenNothing) {
    for (const Method method : every_method)
        for (const bool automatic : {false, true}) {
            DeconvolveOptions options = options_for(method, 2);
            if (automatic) options.iterations.reset();
            Deconvolver deconvolver(psf_, options, device());
            const std::int64_t before = bytes_in_use(device()), planned = deconvolver.plan(image_.shape()).device_bytes;
            Volume<float> out(image_.shape());
            const std::int64_t result = device().is_cpu() ? out.shape().voxels() * 4 : 0;
            deconvolver.run(image_, out);
            EXPECT_EQ(bytes_in_use(device()) - before - result, planned);
            reset_peak_bytes(device());
            const std::int64_t held = bytes_in_use(device());
            deconvolver.run(other_, out);
            EXPECT_EQ(peak_bytes(device()), held);
        }
}

TEST_P(Plan, ImagesOnTheDeviceStayThere) {
    Volume<float> expected(image_.shape());
    Deconvolver deconvolver(psf_, options_, device());
    deconvolver.run(image_, expected);
    const Volume<float> image = copy_to(device(), image_);
    Volume<float> out(image_.shape(), device());
    deconvolver.run(image, out);
    EXPECT_EQ(largest_difference(copy_to(Device(), out), expected), 0);
}

TEST_P(Plan, ShapesMayChange) {
    Deconvolver deconvolver(psf_, options_, device());
    for (const Shape shape : {Shape{4, 5, 6}, {9, 10, 11}, {1, 7, 8}, {4, 5, 6}}) {
        const Volume<float> image = random_volume(shape, 5, 1.f, 2.f);
        Volume<float> out = nan_volume(shape);
        deconvolver.run(image, out);
        EXPECT_EQ(largest_difference(out, restore(image, psf_, options_).image), 0);
    }
}

TEST_P(Plan, StepsThatCannotBeRecordedAreTakenOneByOne) {
    const DeconvolveOptions longer = options_for(Method::wiener_butterworth, 6);
    const Volume<float> expected = restore(image_, psf_, longer).image;
    ::setenv("PLANAPO_SIMT_SPOILED_CAPTURES", "1", 1);
    const Restored restored = restore(image_, psf_, longer);
    ::unsetenv("PLANAPO_SIMT_SPOILED_CAPTURES");
    EXPECT_EQ(restored.report.iterations, 6);
    EXPECT_EQ(largest_difference(restored.image, expected), 0);
}

TEST_P(Plan, TwoThreadsAtOnce) {
    Deconvolver shared(psf_, options_, device());
    const Restored expected[] = {restore(image_, psf_, options_), restore(other_, psf_, options_)};
    const auto work = [&](View<const float> image, View<const float> wanted) {
        Deconvolver own(psf_, options_, device());
        Volume<float> out(image.shape());
        for (Deconvolver* deconvolver : {&shared, &own}) {
            deconvolver->run(image, out);
            EXPECT_EQ(largest_difference(out, wanted), 0);
        }
    };
    std::thread a(work, image_.view(), expected[0].image.view()), b(work, other_.view(), expected[1].image.view());
    a.join();
    b.join();
}

TEST_P(Plan, ProgressCountsAndStops) {
    Deconvolver deconvolver(psf_, options_for(Method::matched, 5), device());
    Volume<float> out(image_.shape());
    std::vector<double> done;
    deconvolver.run(image_, out, [&](double step, double total) {
        EXPECT_EQ(total, 5);
        done.push_back(step);
        return true;
    });
    EXPECT_EQ(done, (std::vector<double>{0, 1, 2, 3, 4, 5}));
    EXPECT_THROW(deconvolver.run(image_, out, [](double step, double) { return step < 2; }), Cancelled);
    struct Mine {};
    EXPECT_THROW(deconvolver.run(image_, out, [](double, double) -> bool { throw Mine(); }), Mine);
    EXPECT_NO_THROW(deconvolver.run(image_, out));  // and goes on working
}

TEST_P(Plan, ProgressMayNotRunTheSamePlan) {
    Deconvolver deconvolver(psf_, options_, device());
    Volume<float> out(image_.shape()), inner(image_.shape());
    EXPECT_THROW(deconvolver.run(image_, out,
                                 [&](double, double) {
                                     deconvolver.run(other_, inner);
                                     return true;
                                 }),
                 InvalidArgument);
    EXPECT_NO_THROW(deconvolver.run(image_, out));
}

TEST_P(Plan, AutomaticStopsByItself) {
    const Volume<float> image = blurred(random_volume({12, 12, 12}, 3, 0.f, 50.f), psf_);
    for (const Method method : every_method) {
        DeconvolveOptions options;
        options.method = method;
        const Restored chosen = restore(image, psf_, options);
        ASSERT_GE(chosen.report.iterations, 1);
        ASSERT_LE(chosen.report.iterations, 100);
        options.iterations = chosen.report.iterations;
        EXPECT_EQ(largest_difference(chosen.image, restore(image, psf_, options).image), 0)
            << "as if asked for that many";
    }
}

PLANAPO_ON_EVERY_MACHINE(Plan);

#if !defined(__SANITIZE_THREAD__)
TEST(CpuThreads, AForkedChildGetsByWithOne) {
    const Volume<float> psf = gaussian_volume({3, 4, 5}, 0.8, 0.9, 1), image = random_volume({32, 40, 40}, 8, 0.f, 9.f);
    const DeconvolveOptions options = options_for(Method::matched, 2);
    Deconvolver before(psf, options, Device());
    Volume<float> expected(image.shape());
    before.run(image, expected);  // wakes the threads that the child will not have
    EXPECT_EXIT(
        {
            const bool same = largest_difference(deconvolve(image, psf, options).image, expected) < 1e-4;
            std::_Exit(same ? 0 : 1);
        },
        ::testing::ExitedWithCode(0), "");
}
#endif

TEST(CpuThreads, TheirNumberDoesNotMatter) {
    const Volume<float> psf = gaussian_volume({3, 4, 5}, 0.8, 0.9, 1), image = random_volume({20, 21, 22}, 8, 0.f, 9.f);
    DeconvolveOptions one = options_for(Method::wiener_butterworth, 2), three = one;
    one.threads = 1;
    three.threads = 3;
    const Restored a = deconvolve(image, psf, one), b = deconvolve(image, psf, three);
    EXPECT_LT(largest_difference(a.image, b.image), 1e-5 * peak_of(a.image));  // the FFT library may plan differently
}

}  // namespace

}  // namespace planapo::testing
