// Joint deconvolution as a plan: what it takes, that every machine agrees, when it stops, what it refuses.
#include <gmock/gmock.h>

#include <cstdlib>
#include <limits>

#include "joint_restoring.hpp"

namespace planapo::testing {

namespace {

using ::testing::HasSubstr;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

class JointPlan : public JointRestoring {
protected:
    const Shape shape_{5, 8, 9};
    const Volume<float> psf_a_ = gaussian_volume({5, 3, 4}, 1.2, 0.7, 0.8, 0.2),
                        psf_b_ = gaussian_volume({3, 3, 5}, 0.7, 0.8, 1.2, 0.2),
                        truth_ = random_volume(shape_, 95, 1.f, 100.f), image_a_ = blurred(truth_, psf_a_),
                        image_b_ = blurred(truth_, psf_b_), weights_ = random_volume(shape_, 96, 0.f, 2.f);

    std::vector<View<const float>> psfs() const { return {psf_a_, psf_b_}; }
    std::vector<WeightedImage> views() const { return {{image_a_, {}}, {image_b_, {}}}; }

    /// Everything that a run may be made of, each scheme with something else.
    static std::vector<DeconvolveViewsOptions> every_kind(int iterations) {
        std::vector<DeconvolveViewsOptions> all;
        for (const Scheme scheme : every_scheme)
            for (const Boundary boundary : {Boundary::mirror, Boundary::unknown})
                all.push_back(joint_options(scheme, Method::matched, iterations, boundary));
        all.push_back(joint_options(Scheme::alternating, Method::wiener_butterworth, iterations));
        all.push_back(joint_options(Scheme::additive, Method::wiener_butterworth, iterations));
        all[0].acceleration = all[3].acceleration = Acceleration::biggs_andrews;
        all[2].acceleration = all[1].acceleration = Acceleration::heavy_ball;
        all[4].regularisation.penalty = all[1].regularisation.penalty = Penalty::total_variation;
        all[5].regularisation.penalty = all[8].regularisation.penalty = Penalty::tikhonov_miller;
        return all;
    }

    template <typename Run>
    std::string refusal(Run run) const {
        try {
            run();
        } catch (const InvalidArgument& reason) {
            return reason.what();
        }
        return "nothing was refused";
    }
};

TEST_P(JointPlan, EveryMachineAgreesWithTheCpu) {
    for (const DeconvolveViewsOptions& options : every_kind(4)) {
        SCOPED_TRACE(static_cast<int>(options.scheme));
        const std::vector<WeightedImage> weighted{{image_a_, weights_}, {image_b_, {}}};
        for (const auto& images : {views(), weighted}) {
            const Restored here = restore_views(images, psfs(), options);
            Volume<float> on_cpu(shape_);
            ViewsDeconvolver(psfs(), options, Device("cpu")).run(images, on_cpu);
            EXPECT_LT(largest_difference(here.image, on_cpu), 1e-4 * peak_of(on_cpu));
        }
    }
}

TEST_P(JointPlan, TakesWhatItSaidAndThenNothing) {
    for (const bool automatic : {false, true})
        for (const bool frozen : {false, true})
            for (DeconvolveViewsOptions options : every_kind(2)) {
                if (frozen && (automatic || options.acceleration == Acceleration::none)) continue;
                if (automatic && options.method == Method::matched) continue;  // takes nothing more, only longer
                if (automatic) options.iterations.reset();
                if (frozen) options.momentum = {0.5f};
                SCOPED_TRACE(static_cast<int>(options.scheme));
                ViewsDeconvolver deconvolver(psfs(), options, device());
                const std::int64_t before = bytes_in_use(device()), planned = deconvolver.plan(shape_).device_bytes;
                Volume<float> out(shape_);
                const std::int64_t result = device().is_cpu() ? out.shape().voxels() * 4 : 0;
                deconvolver.run(views(), out);
                EXPECT_EQ(bytes_in_use(device()) - before - result, planned);
                reset_peak_bytes(device());
                const std::int64_t held = bytes_in_use(device());
                deconvolver.run({{image_b_, {}}, {image_a_, {}}}, out);
                EXPECT_EQ(peak_bytes(device()), held);
            }
}

TEST_P(JointPlan, OneViewAloneTakesWhatItSaid) {
    for (DeconvolveViewsOptions options : every_kind(2)) {
        if (options.scheme == Scheme::bayesian) continue;
        ViewsDeconvolver deconvolver({psf_a_}, options, device());
        const std::int64_t before = bytes_in_use(device()), planned = deconvolver.plan(shape_).device_bytes;
        Volume<float> out(shape_);
        const std::int64_t result = device().is_cpu() ? out.shape().voxels() * 4 : 0;
        deconvolver.run({{image_a_, {}}}, out);
        EXPECT_EQ(bytes_in_use(device()) - before - result, planned) << static_cast<int>(options.scheme);
    }
}

TEST_P(JointPlan, WeightsTakeUpToFourVolumesMoreAndOnlyOnce) {
    Deconvolver deconvolver(psf_a_, options_for(Method::matched, 3), device());
    Volume<float> out(shape_), expected(shape_), again(shape_);
    deconvolver.run(image_a_, out);
    const std::int64_t plain = bytes_in_use(device());
    deconvolver.run_weighted(image_a_, weights_, expected);
    const std::int64_t weighted = bytes_in_use(device());
    EXPECT_LE(weighted - plain, 4 * shape_.voxels() * 4);
    deconvolver.run(image_a_, again);
    EXPECT_EQ(largest_difference(again, out), 0);
    deconvolver.run_weighted(image_a_, weights_, again);
    EXPECT_EQ(largest_difference(again, expected), 0);
    EXPECT_EQ(bytes_in_use(device()), weighted);
}

TEST_P(JointPlan, StepsThatAreRecordedAreThoseTakenOneByOne) {
    for (const DeconvolveViewsOptions& options : every_kind(6)) {
        const Restored recorded = restore_views(views(), psfs(), options);
        ::setenv("PLANAPO_SIMT_SPOILED_CAPTURES", "1", 1);
        const Restored one_by_one = restore_views(views(), psfs(), options);
        ::unsetenv("PLANAPO_SIMT_SPOILED_CAPTURES");
        EXPECT_EQ(largest_difference(recorded.image, one_by_one.image), 0);
        EXPECT_EQ(recorded.report.divergence, one_by_one.report.divergence);
        EXPECT_EQ(recorded.report.momentum, one_by_one.report.momentum);
    }
}

TEST_P(JointPlan, AutomaticStopsGiveWhatSoManyIterationsGive) {
    for (DeconvolveViewsOptions options : {joint_options(Scheme::alternating, Method::wiener_butterworth, 1),
                                           joint_options(Scheme::additive, Method::wiener_butterworth, 1),
                                           joint_options(Scheme::multiplicative, Method::gaussian, 1),
                                           joint_options(Scheme::alternating, Method::matched, 1)})
        for (const Boundary boundary : {Boundary::mirror, Boundary::unknown}) {
            SCOPED_TRACE(static_cast<int>(options.scheme));
            options.boundary = boundary;
            options.iterations = {};
            const Restored chosen = restore_views(views(), psfs(), options);
            ASSERT_GE(chosen.report.iterations, 1);
            options.iterations = chosen.report.iterations;
            EXPECT_EQ(largest_difference(restore_views(views(), psfs(), options).image, chosen.image), 0);
        }
}

TEST_P(JointPlan, ImagesOnTheDeviceStayThere) {
    const DeconvolveViewsOptions options = joint_options(Scheme::additive, Method::wiener_butterworth, 2);
    const std::vector<WeightedImage> weighted{{image_a_, weights_}, {image_b_, {}}};
    const Restored expected = restore_views(weighted, psfs(), options);
    const Volume<float> a = copy_to(device(), image_a_), b = copy_to(device(), image_b_),
                        w = copy_to(device(), weights_);
    Volume<float> out(shape_, device());
    ViewsDeconvolver(psfs(), options, device()).run({{a, w}, {b, {}}}, out, {}, Stream(device()));
    EXPECT_EQ(largest_difference(copy_to(Device(), out), expected.image), 0);
    EXPECT_EQ(largest_difference(copy_to(Device(), a), image_a_), 0);
}

TEST_P(JointPlan, WeightsThatMeanNothingAreRefused) {
    Deconvolver deconvolver(psf_a_, options_for(Method::matched, 1), device());
    Volume<float> out(shape_);
    const auto with = [&](float one, float others) {
        const Volume<float> weights =
            volume_of(shape_, [=](auto z, auto y, auto x) { return z + y + x == 0 ? one : others; });
        return refusal([&] { deconvolver.run_weighted(image_a_, weights, out); });
    };
    EXPECT_THAT(with(-0.5f, 1), HasSubstr("The image's weights are negative in 1 of 360 voxels, down to -0.5"));
    EXPECT_THAT(with(nan, 1), HasSubstr("The image's weights have 1 voxel not finite"));
    EXPECT_THAT(with(std::numeric_limits<float>::infinity(), 1), HasSubstr("1 voxel not finite"));
    EXPECT_THAT(with(0, 0), HasSubstr("weights are 0 everywhere"));
    const Volume<float> broken = constant_volume(shape_, nan), ones = constant_volume(shape_, 1);
    EXPECT_THAT(refusal([&] { deconvolver.run_weighted(broken, ones, out); }), HasSubstr("give them a weight of 0"));
    const Volume<float> smaller = constant_volume({5, 8, 8}, 1);
    EXPECT_THAT(refusal([&] { deconvolver.run_weighted(image_a_, smaller, out); }), HasSubstr("view of weights has"));
}

TEST_P(JointPlan, ViewsAreNamed) {
    const DeconvolveViewsOptions options = joint_options(Scheme::alternating, Method::matched, 1);
    const Volume<float> broken = constant_volume(shape_, nan), none = constant_volume(shape_, 0);
    EXPECT_THAT(refusal([&] {
                    restore_views({{image_a_, {}}, {broken, {}}}, psfs(), options);
                }),
                HasSubstr("View 2 of 2 has 360 voxels not finite"));
    EXPECT_THAT(refusal([&] {
                    restore_views({{image_a_, none}, {image_b_, {}}}, psfs(), options);
                }),
                HasSubstr("View 1 of 2's weights are 0 everywhere"));
    EXPECT_THAT(refusal([&] {
                    restore_views({{image_a_, {}}}, psfs(), options);
                }),
                HasSubstr("There are 1 views but 2 PSFs"));
    const std::vector<WeightedImage> dark{{image_a_, {}}, {none, {}}};
    EXPECT_THAT(restore_views(dark, psfs(), options).report.warnings,
                ::testing::Contains(HasSubstr("View 2 of 2: no voxel is above the background")));
}

TEST_P(JointPlan, OptionsThatContradictEachOtherAreRefused) {
    const auto refused = [&](auto change) {
        DeconvolveViewsOptions options = joint_options(Scheme::alternating, Method::matched, 3);
        change(options);
        return refusal([&] { ViewsDeconvolver(psfs(), options, device()); });
    };
    EXPECT_THAT(refused([](auto& o) { o.scheme = Scheme::bayesian, o.method = Method::wiener_butterworth; }),
                HasSubstr("The Bayesian scheme has back projectors of its own"));
    EXPECT_THAT(refused([](auto& o) { o.backgrounds = {1, 2, 3}; }), HasSubstr("There are 3 backgrounds for 2 views"));
    EXPECT_THAT(refused([](auto& o) { o.backgrounds = {1, -2}; }), HasSubstr("background is -2"));
    const auto accelerated = [](auto& o) { o.acceleration = Acceleration::biggs_andrews; };
    EXPECT_THAT(refused([&](auto& o) { accelerated(o), o.method = Method::gaussian; }),
                HasSubstr("Acceleration is for the matched method"));
    EXPECT_THAT(refused([&](auto& o) { accelerated(o), o.momentum = {0.5f}; }),
                HasSubstr("1 factor of acceleration do for at most 2 iterations"));
    EXPECT_THAT(refused([&](auto& o) { accelerated(o), o.momentum = {0.5f, nan}; }), HasSubstr("acceleration is nan"));
    EXPECT_THAT(refused([&](auto& o) { accelerated(o), o.momentum = {0.5f, 1.5f}; }), HasSubstr("acceleration is 1.5"));
    EXPECT_THAT(refused([](auto& o) { o.momentum = {0.5f, 0.5f}; }), HasSubstr("no acceleration is asked for"));
    EXPECT_THAT(refused([](auto& o) { o.regularisation.strength = 0; }), HasSubstr("strength is 0"));
    EXPECT_THAT(refused([](auto& o) { o.regularisation.voxel.y_um = 0; }), HasSubstr("voxel size is 1 x 0 x 1"));
    EXPECT_THAT(refused([](auto& o) { o.regularisation.scale = 0; }), HasSubstr("scale is 0"));
    EXPECT_THAT(refusal([&] { ViewsDeconvolver(std::vector<View<const float>>{}, {}, device()); }),
                HasSubstr("There is no PSF"));
}

PLANAPO_ON_EVERY_MACHINE(JointPlan);

}  // namespace

}  // namespace planapo::testing
