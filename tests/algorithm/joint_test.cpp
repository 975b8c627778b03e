// Joint deconvolution where its result is known otherwise: equal views, one view, views in turn; what weights rule out;
// light from outside.
#include <limits>

#include "joint_restoring.hpp"

namespace planapo::testing {

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr double close = 1e-5;  // of the peak: the same sums in another order, twice or three times

class Joint : public JointRestoring {
protected:
    const Shape shape_{6, 9, 10};
    const Volume<float> psf_a_ = gaussian_volume({5, 3, 4}, 1.2, 0.7, 0.8, 0.2),
                        psf_b_ = gaussian_volume({3, 3, 5}, 0.7, 0.8, 1.2, 0.2),
                        truth_ = random_volume(shape_, 81, 1.f, 100.f), image_a_ = blurred(truth_, psf_a_),
                        image_b_ = blurred(truth_, psf_b_);

    static void expect_close(View<const float> a, View<const float> b) {
        EXPECT_LT(largest_difference(a, b), close * peak_of(b));
    }
    std::vector<View<const float>> psfs() const { return {psf_a_, psf_b_}; }
    std::vector<WeightedImage> views() const { return {{image_a_, {}}, {image_b_, {}}}; }
};

TEST_P(Joint, OneViewIsTheDeconvolver) {
    for (const Boundary boundary : {Boundary::mirror, Boundary::zero, Boundary::unknown})
        for (const Method method : every_method) {
            const Restored alone = restore(image_a_, psf_a_, options_for(method, 3, boundary));
            for (const Scheme scheme : every_scheme) {
                if (scheme == Scheme::bayesian && method != Method::matched) continue;
                if (scheme == Scheme::multiplicative && method != Method::matched) continue;  // never below nothing
                const Restored joint =
                    restore_views({{image_a_, {}}}, {psf_a_}, joint_options(scheme, method, 3, boundary));
                expect_close(joint.image, alone.image);
            }
        }
}

TEST_P(Joint, WeightsOfOneChangeNothing) {
    const Volume<float> ones = constant_volume(shape_, 1.f), halves = constant_volume(shape_, 0.5f);
    for (const Boundary boundary : {Boundary::mirror, Boundary::wrap, Boundary::zero, Boundary::unknown})
        for (const Method method : every_method) {
            const DeconvolveOptions options = options_for(method, 3, boundary);
            const Restored plain = restore(image_a_, psf_a_, options);
            expect_close(restore_weighted(image_a_, ones, psf_a_, options).image, plain.image);
            expect_close(restore_weighted(image_a_, halves, psf_a_, options).image, plain.image);
        }
}

TEST_P(Joint, WeightsOfOneOfSeveralViewsChangeNothing) {
    const Volume<float> ones = constant_volume(shape_, 1.f);
    for (const Scheme scheme : {Scheme::alternating, Scheme::additive, Scheme::multiplicative}) {
        const DeconvolveViewsOptions options = joint_options(scheme, Method::wiener_butterworth, 2);
        const Restored plain = restore_views(views(), psfs(), options);
        expect_close(restore_views({{image_a_, ones}, {image_b_, ones}}, psfs(), options).image, plain.image);
    }
}

TEST_P(Joint, WhatHasNoWeightMayHoldAnything) {
    const Volume<float> weights = random_volume(shape_, 82);
    const auto holding = [&](View<const float> image, float anything) {
        return volume_of(
            shape_, [&](auto z, auto y, auto x) { return weights.view()(z, y, x) < 0.3f ? anything : image(z, y, x); });
    };
    const Volume<float> trusted = volume_of(
        shape_, [&](auto z, auto y, auto x) { return weights.view()(z, y, x) < 0.3f ? 0.f : weights.view()(z, y, x); });
    for (const Boundary boundary : {Boundary::mirror, Boundary::unknown}) {
        const DeconvolveOptions options = options_for(Method::wiener_butterworth, 2, boundary);
        const Restored expected = restore_weighted(image_a_, trusted, psf_a_, options);
        EXPECT_TRUE(std::isfinite(sum_of(expected.image)));
        for (const float anything : {nan, -1e30f, 1e30f, std::numeric_limits<float>::infinity()}) {
            const Restored found = restore_weighted(holding(image_a_, anything), trusted, psf_a_, options);
            EXPECT_EQ(largest_difference(found.image, expected.image), 0) << anything;
            EXPECT_EQ(found.report.divergence, expected.report.divergence);
        }
    }
}

TEST_P(Joint, AHoleIsFilledFromWhatSurroundsIt) {
    const Volume<float> bright = constant_volume(shape_, 50.f), image = blurred(bright, psf_a_);
    const Volume<float> weights =
        volume_of(shape_, [](auto z, auto y, auto x) { return z == 3 && y == 4 && x == 5 ? 0.f : 1.f; });
    const Restored filled = restore_weighted(image, weights, psf_a_, options_for(Method::matched, 10));
    EXPECT_LT(largest_difference(filled.image, bright), 50 * 1e-4);  // constant wherever it was seen
}

TEST_P(Joint, WeightsSwitchAViewOff) {
    const Volume<float> off = constant_volume(shape_, 0.f),
                        left = volume_of(shape_, [](auto, auto, auto x) { return x < 5 ? 1.f : 0.f; });
    DeconvolveViewsOptions options = joint_options(Scheme::additive, Method::matched, 1);
    options.start = Start::flat;
    options.floor = 1e-3;
    // As bright as the first one, so that the flat start is the same.
    const double share = sum_of(image_a_) / static_cast<double>(shape_.voxels());
    const Volume<float> even = constant_volume(shape_, static_cast<float>(share));
    for (const Scheme scheme : {Scheme::additive, Scheme::alternating}) {
        options.scheme = scheme;
        const Restored alone = restore(image_a_, psf_a_, options);
        const Restored joint = restore_views({{image_a_, {}}, {even, left}}, psfs(), options);
        // What the second view recorded at x < 5 is carried back by two voxels.
        const Shape first{0, 0, 7}, part{shape_.z, shape_.y, 3};
        expect_close(part_of(joint.image, first, part), part_of(alone.image, first, part));
        EXPECT_GT(largest_difference(joint.image, alone.image), 0.01 * peak_of(alone.image));
    }
}

TEST_P(Joint, AlternatingBetweenEqualViewsIsIteratingTwiceAsOften) {
    for (const Method method : every_method) {
        const Restored joint = restore_views({{image_a_, {}}, {image_a_, {}}}, {psf_a_, psf_a_},
                                             joint_options(Scheme::alternating, method, 2));
        expect_close(joint.image, restore(image_a_, psf_a_, options_for(method, 4)).image);
    }
}

TEST_P(Joint, EqualViewsActingTogetherAreOne) {
    for (const Scheme scheme : {Scheme::additive, Scheme::multiplicative})
        for (const Boundary boundary : {Boundary::mirror, Boundary::unknown}) {
            const DeconvolveViewsOptions options = joint_options(scheme, Method::matched, 3, boundary);
            const Restored one = restore_views({{image_a_, {}}}, {psf_a_}, options),
                           three = restore_views({{image_a_, {}}, {image_a_, {}}, {image_a_, {}}},
                                                 {psf_a_, psf_a_, psf_a_}, options);
            expect_close(three.image, one.image);
        }
}

TEST_P(Joint, TheOrderOfViewsDoesNotMatterWhereTheyActTogether) {
    for (const Scheme scheme : {Scheme::additive, Scheme::multiplicative})
        for (const Method method : {Method::matched, Method::wiener_butterworth}) {
            const DeconvolveViewsOptions options = joint_options(scheme, method, 3);
            const Restored forward = restore_views(views(), psfs(), options);
            expect_close(restore_views({{image_b_, {}}, {image_a_, {}}}, {psf_b_, psf_a_}, options).image,
                         forward.image);
        }
}

TEST_P(Joint, BackgroundsAreOfEachView) {
    DeconvolveViewsOptions options = joint_options(Scheme::alternating, Method::matched, 5);
    const auto raised = [&](View<const float> image, float by) {
        return volume_of(shape_, [&](auto z, auto y, auto x) { return image(z, y, x) + by; });
    };
    options.backgrounds = {1000, 1000};
    const Volume<float> a = raised(image_a_, 1000), b = raised(image_b_, 1000);
    const Restored both = restore_views({{a, {}}, {b, {}}}, psfs(), options);
    options.backgrounds = {};
    options.background = 1000;
    EXPECT_EQ(largest_difference(both.image, restore_views({{a, {}}, {b, {}}}, psfs(), options).image), 0);
}

TEST_P(Joint, ABeadBeyondTheBorderDoesNotRing) {
    const Shape wide{5, 9, 31}, seen{5, 9, 16};
    const Volume<float> psf = gaussian_volume({5, 7, 9}, 0.8, 1.2, 1.6);
    const Volume<float> truth = volume_of(wide, [](auto z, auto y, auto x) {
        return 10 + (z == 2 && y == 4 && x == 6 ? 5000 : 0);  // two voxels outside of what is seen
    });
    const Volume<float> image = part_of(blurred(truth, psf), {0, 0, 8}, seen);
    const auto error = [&](Boundary boundary) {  // root of the sum of squares
        const Restored restored = restore(image, psf, options_for(Method::matched, 50, boundary));
        double sum = 0;
        for_each_voxel(seen, [&](auto z, auto y, auto x) { sum += std::pow(restored.image.view()(z, y, x) - 10, 2); });
        return std::sqrt(sum);
    };
    // Measured per voxel: 8.9 with the surroundings estimated; 22.8 mirrored, 19.9 wrapped round, 37.1 with nothing.
    const double unknown = error(Boundary::unknown);
    for (const Boundary boundary : every_boundary) EXPECT_LT(unknown, 0.5 * error(boundary));
}

PLANAPO_ON_EVERY_MACHINE(Joint);

}  // namespace

}  // namespace planapo::testing
