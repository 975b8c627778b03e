// Several views, weights, unknown surroundings and acceleration against dense matrices in double precision.
#include <limits>

#include "joint_original.hpp"
#include "joint_restoring.hpp"

namespace planapo::testing {

namespace {

// One float rounding of the peak, times the roundings of two transforms of up to 2^12 voxels, times the iterations, and
// as much again for gains of up to 10.
constexpr double tolerance = 4e-5;

class JointOriginals : public JointRestoring {
protected:
    const Shape shape_{4, 6, 5};
    const Volume<float> psf_a_ = random_volume({3, 2, 3}, 71, 0.1f, 1.f),  // lopsided, odd and even
        psf_b_ = random_volume({3, 4, 3}, 72, 0.1f, 1.f), image_a_ = random_volume(shape_, 73, 1.f, 10.f),
                        image_b_ = random_volume(shape_, 74, 1.f, 10.f), weights_a_ = random_weights(75),
                        weights_b_ = random_weights(76);

    /// Half of them 0.
    Volume<float> random_weights(unsigned seed) const {
        const Volume<float> around_zero = random_volume(shape_, seed, -1.f, 1.f);
        return volume_of(shape_, [&](auto z, auto y, auto x) { return std::max(around_zero.view()(z, y, x), 0.f); });
    }

    DeconvolveViewsOptions flat_start(Scheme scheme, Boundary boundary, int iterations = 3) const {
        DeconvolveViewsOptions options;
        options.method = Method::matched;
        options.iterations = iterations;
        options.background = 0.5;
        options.floor = 1e-3;
        options.boundary = boundary;
        options.start = Start::flat;
        options.scheme = scheme;
        return options;
    }

    /// Of what is above the background, each voxel by its weight: where a flat start begins.
    static double mean_of(const std::vector<OriginalView>& views, const DeconvolveViewsOptions& options) {
        double mean = 0;
        for (std::size_t v = 0; v < views.size(); ++v) {
            double above = 0, all = 0;
            const double background = options.backgrounds.empty() ? options.background : options.backgrounds[v];
            for (std::int64_t i = 0; i < views[v].image.shape().voxels(); ++i) {
                const double weight = views[v].weights == nullptr ? 1 : views[v].weights->data()[i];
                all += weight;
                if (weight > 0) above += weight * std::max(views[v].image.data()[i] - background, 0.);
            }
            mean += above / all / static_cast<double>(views.size());
        }
        return mean;
    }

    void expect_agreement(const std::vector<OriginalView>& views, const DeconvolveViewsOptions& options) {
        std::vector<View<const float>> psfs;
        std::vector<WeightedImage> images;
        for (const OriginalView& view : views) {
            psfs.push_back(view.psf);
            images.push_back({view.image, view.weights == nullptr ? View<const float>() : *view.weights});
        }
        const Restored found = restore_views(images, psfs, options);
        JointOriginal original(views, options);
        const Vector expected = original.run(mean_of(views, options));
        EXPECT_LT(relative_difference(found.image, expected), tolerance);
        ASSERT_EQ(found.report.divergence.size(), original.divergence.size());
        const bool at_once = views.size() == 1 || options.scheme != Scheme::alternating;
        for (std::size_t i = 0; at_once && i < original.divergence.size(); ++i)  // sums of floats' logarithms
            EXPECT_NEAR(found.report.divergence[i], original.divergence[i], 1e-5 * (1 + original.divergence[0]));
        ASSERT_EQ(found.report.momentum.size(),
                  options.acceleration == Acceleration::none ? 0 : original.momentum.size());
        for (std::size_t i = 0; i < found.report.momentum.size(); ++i)
            EXPECT_NEAR(found.report.momentum[i], original.momentum[i], 1e-3);  // changes are differences of floats
    }
};

constexpr Boundary all_boundaries[] = {Boundary::mirror, Boundary::wrap, Boundary::zero, Boundary::unknown};
constexpr Scheme plain_schemes[] = {Scheme::alternating, Scheme::additive, Scheme::multiplicative};

TEST_P(JointOriginals, OneViewAndWhatSurroundsIt) {
    for (const Boundary boundary : all_boundaries) {
        SCOPED_TRACE(static_cast<int>(boundary));
        expect_agreement({{psf_b_, image_a_}}, flat_start(Scheme::alternating, boundary));
        expect_agreement({{psf_b_, image_a_, &weights_a_}}, flat_start(Scheme::alternating, boundary));
    }
}

TEST_P(JointOriginals, TwoViewsOfEveryScheme) {
    for (const Boundary boundary : all_boundaries)
        for (const Scheme scheme : plain_schemes) {
            SCOPED_TRACE(::testing::Message() << static_cast<int>(boundary) << ", " << static_cast<int>(scheme));
            DeconvolveViewsOptions options = flat_start(scheme, boundary);
            options.backgrounds = {0.5, 0.75};
            expect_agreement({{psf_a_, image_a_}, {psf_b_, image_b_}}, options);
            expect_agreement({{psf_a_, image_a_, &weights_a_}, {psf_b_, image_b_, &weights_b_}}, options);
            expect_agreement({{psf_a_, image_a_, &weights_a_}, {psf_b_, image_b_}}, options);
        }
}

TEST_P(JointOriginals, EveryAcceleration) {
    for (const Acceleration acceleration : {Acceleration::biggs_andrews, Acceleration::heavy_ball})
        for (const Boundary boundary : {Boundary::mirror, Boundary::unknown}) {
            DeconvolveViewsOptions options = flat_start(Scheme::alternating, boundary, 8);
            options.acceleration = acceleration;
            expect_agreement({{psf_b_, image_a_}}, options);
            expect_agreement({{psf_a_, image_a_}, {psf_b_, image_b_}}, options);
        }
}

PLANAPO_ON_EVERY_MACHINE(JointOriginals);

}  // namespace

}  // namespace planapo::testing
