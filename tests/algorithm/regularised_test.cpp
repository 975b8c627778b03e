// Penalties and accelerations as a user meets them.
#include <gmock/gmock.h>

#include "joint_restoring.hpp"

namespace planapo::testing {

namespace {

constexpr Penalty every_penalty[] = {Penalty::total_variation, Penalty::tikhonov_miller};

class Regularised : public JointRestoring {
protected:
    const Shape shape_{6, 9, 10};
    const Volume<float> psf_ = gaussian_volume({3, 5, 5}, 0.8, 1, 1.1, 0.2),
                        image_ = blurred(random_volume(shape_, 91, 1.f, 100.f), psf_);

    static DeconvolveOptions penalised(Penalty penalty, double strength, int iterations = 1) {
        DeconvolveOptions options = options_for(Method::matched, iterations);
        options.regularisation.penalty = penalty;
        options.regularisation.strength = strength;
        options.regularisation.voxel = {0.3, 0.1, 0.15};
        options.regularisation.scale = 40;
        return options;
    }
};

/// What lies at a neighbour; at the border the voxel itself.
double at(View<const float> v, std::int64_t z, std::int64_t y, std::int64_t x) {
    const auto inside = [](std::int64_t i, std::int64_t n) { return std::clamp<std::int64_t>(i, 0, n - 1); };
    return v(inside(z, v.shape().z), inside(y, v.shape().y), inside(x, v.shape().x));
}

/// Miller's: the squared gradient's own gradient, twice the Laplacian, relative to the scale.
TEST_P(Regularised, TikhonovMillerDividesByTheLaplacianOfTheEstimate) {
    const double strength = 0.02, scale = 40;
    const Restored plain = restore(image_, psf_, options_for(Method::matched, 1)),
                   found = restore(image_, psf_, penalised(Penalty::tikhonov_miller, strength));
    const View<const float> v = image_;
    const Volume<float> expected = volume_of(shape_, [&](auto z, auto y, auto x) {
        const double here = 2 * at(v, z, y, x);
        const double laplacian = (at(v, z - 1, y, x) + at(v, z + 1, y, x) - here) / 9 +  // z: three times as long
                                 (at(v, z, y - 1, x) + at(v, z, y + 1, x) - here) +
                                 (at(v, z, y, x - 1) + at(v, z, y, x + 1) - here) / 2.25;
        return plain.image.view()(z, y, x) / std::max(1 - 2 * strength / scale * laplacian, 0.1);
    });
    EXPECT_LT(largest_difference(found.image, expected), 1e-5 * peak_of(expected));  // floats against doubles
}

/// The slope of the total variation, taken by differences of the sum itself.
TEST_P(Regularised, TotalVariationDividesByItsOwnSlope) {
    const double strength = 0.02, softness = 1e-3 * 40;
    const Restored plain = restore(image_, psf_, options_for(Method::matched, 1)),
                   found = restore(image_, psf_, penalised(Penalty::total_variation, strength));
    std::vector<double> values;
    for (std::int64_t i = 0; i < shape_.voxels(); ++i) values.push_back(image_.data()[i]);
    const auto value = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> double& {
        return values[static_cast<std::size_t>((z * shape_.y + y) * shape_.x + x)];
    };
    const auto length = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        if (z < 0 || y < 0 || x < 0) return 0.;
        const double dz = z + 1 < shape_.z ? (value(z + 1, y, x) - value(z, y, x)) / 3 : 0,
                     dy = y + 1 < shape_.y ? value(z, y + 1, x) - value(z, y, x) : 0,
                     dx = x + 1 < shape_.x ? (value(z, y, x + 1) - value(z, y, x)) / 1.5 : 0;
        return std::sqrt(dz * dz + dy * dy + dx * dx + softness * softness);
    };
    const auto around = [&](std::int64_t z, std::int64_t y, std::int64_t x) {  // where one voxel takes part
        return length(z, y, x) + length(z - 1, y, x) + length(z, y - 1, x) + length(z, y, x - 1);
    };
    const Volume<float> expected = volume_of(shape_, [&](auto z, auto y, auto x) {
        const double step = 1e-4, here = value(z, y, x);
        value(z, y, x) = here + step;
        const double above = around(z, y, x);
        value(z, y, x) = here - step;
        const double slope = (above - around(z, y, x)) / (2 * step);
        value(z, y, x) = here;
        return plain.image.view()(z, y, x) / std::max(1 + strength * slope, 0.1);
    });
    EXPECT_LT(largest_difference(found.image, expected), 1e-5 * peak_of(expected));  // floats against doubles
}

TEST_P(Regularised, WhatIsConstantStaysConstant) {
    const Volume<float> constant = constant_volume(shape_, 7.f);
    for (const Penalty penalty : every_penalty)
        for (const Boundary boundary : {Boundary::mirror, Boundary::wrap}) {
            DeconvolveOptions options = penalised(penalty, 0.1, 5);
            options.boundary = boundary;
            EXPECT_LT(largest_difference(restore(constant, psf_, options).image, constant), 7 * 1e-5);  // transforms
        }
}

TEST_P(Regularised, APenaltySmoothes) {
    const auto roughness = [](View<const float> v) {
        double sum = 0;
        for_each_voxel(v.shape(), [&](auto z, auto y, auto x) { sum += std::abs(at(v, z, y, x + 1) - v(z, y, x)); });
        return sum;
    };
    const double plain = roughness(restore(image_, psf_, options_for(Method::matched, 20)).image);
    for (const Penalty penalty : every_penalty)
        EXPECT_LT(roughness(restore(image_, psf_, penalised(penalty, 0.05, 20)).image), 0.98 * plain);
}

Volume<float> mirrored(View<const float> v) {
    const Shape n = v.shape();
    return volume_of(n, [&](auto z, auto y, auto x) { return v(n.z - 1 - z, n.y - 1 - y, n.x - 1 - x); });
}

TEST_P(Regularised, EveryBorderIsTreatedAlike) {
    const Volume<float> psf = gaussian_volume({3, 5, 5}, 0.8, 1, 1.1, 0.2);  // odd: it can be mirrored
    for (const Boundary boundary : {Boundary::mirror, Boundary::zero, Boundary::unknown}) {
        DeconvolveOptions options = penalised(Penalty::tikhonov_miller, 0.05, 5);
        options.boundary = boundary;
        const Restored plain = restore(image_, psf, options),
                       turned = restore(mirrored(image_), mirrored(psf), options);
        // The same sums in another order, the penalty's weighted with up to 10.
        EXPECT_LT(largest_difference(mirrored(plain.image), turned.image), 1e-4 * peak_of(plain.image));
    }
}

DeconvolveOptions accelerated(Acceleration acceleration, int iterations, Boundary boundary = Boundary::mirror) {
    DeconvolveOptions options = options_for(Method::matched, iterations, boundary);
    options.acceleration = acceleration;
    return options;
}

TEST_P(Regularised, AcceleratedIsFurtherAfterAsManyIterations) {
    for (const Boundary boundary : {Boundary::mirror, Boundary::unknown}) {
        const Restored plain = restore(image_, psf_, options_for(Method::matched, 20, boundary));
        for (const Acceleration acceleration : {Acceleration::biggs_andrews, Acceleration::heavy_ball}) {
            const Restored fast = restore(image_, psf_, accelerated(acceleration, 20, boundary));
            EXPECT_EQ(fast.report.momentum.size(), 19u);
            EXPECT_LT(fast.report.divergence.back(), 0.9 * plain.report.divergence.back());
        }
    }
}

TEST_P(Regularised, AFrozenSequenceGivesTheSameBits) {
    for (const Acceleration acceleration : {Acceleration::biggs_andrews, Acceleration::heavy_ball}) {
        DeconvolveOptions options = accelerated(acceleration, 8);
        const Restored first = restore(image_, psf_, options);
        options.momentum = first.report.momentum;
        const Restored again = restore(image_, psf_, options);
        EXPECT_EQ(largest_difference(again.image, first.image), 0);
        EXPECT_EQ(again.report.momentum, first.report.momentum);
        options.iterations = 5;
        const Restored fewer = restore(image_, psf_, options),
                       five = restore(image_, psf_, accelerated(acceleration, 5));
        EXPECT_EQ(largest_difference(fewer.image, five.image), 0);
    }
}

TEST_P(Regularised, AutomaticStopsAreRepeatable) {
    for (const Acceleration acceleration : {Acceleration::biggs_andrews, Acceleration::heavy_ball}) {
        DeconvolveOptions options = accelerated(acceleration, 1);
        options.iterations = {};
        const Restored chosen = restore(image_, psf_, options);
        ASSERT_GT(chosen.report.iterations, 1);
        options.iterations = chosen.report.iterations;
        EXPECT_EQ(largest_difference(restore(image_, psf_, options).image, chosen.image), 0);
    }
}

PLANAPO_ON_EVERY_MACHINE(Regularised);

}  // namespace

}  // namespace planapo::testing
