// Photons per unit, estimated from images of which it is known.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "common/volumes.hpp"
#include "deconvolution/photon_scale.hpp"

namespace planapo::testing {

namespace {

constexpr Shape shape{8, 84, 100};

/// Soft blobs on a faint ground, at most `photons` in a voxel, as a camera of this gain records them.
Volume<float> recorded(double photons, double photons_per_unit, double offset, double read_noise) {
    std::mt19937_64 generator(1);
    std::normal_distribution<double> read;
    return volume_of(shape, [&](auto z, auto y, auto x) {
        const double wave = std::sin(0.11 * static_cast<double>(y)) * std::sin(0.13 * static_cast<double>(x + z));
        std::poisson_distribution<int> light(2 + photons * wave * wave);
        return offset + (light(generator) + read_noise * read(generator)) / photons_per_unit;
    });
}

FoundPhotonScale found(View<const float> image, std::optional<double> photons_per_unit = {}) {
    return fit_photon_scale(noise_samples(image, cpu_backend(), {}), photons_per_unit);
}

TEST(PhotonScale, IsFoundFromTheNoise) {
    for (const double photons : {10., 100., 1000.})
        for (const double per_unit : {0.3, 1., 5.}) {
            const FoundPhotonScale scale = found(recorded(photons, per_unit, 100, 0));
            ASSERT_TRUE(scale.scale) << photons << " photons, " << per_unit << " a unit: " << scale.reason;
            EXPECT_NEAR(scale.scale->photons_per_unit / per_unit, 1, 0.1) << photons;  // a standard error is 3 %
            // 3 % of the light on average, in units.
            EXPECT_NEAR(scale.scale->dark, 100, (1 + 0.05 * photons) / per_unit) << photons;
        }
}

TEST(PhotonScale, ReadNoiseLowersTheDarkLevel) {
    const FoundPhotonScale scale = found(recorded(300, 2, 100, 4), 2.);
    ASSERT_TRUE(scale.scale);
    EXPECT_EQ(scale.scale->photons_per_unit, 2);
    EXPECT_NEAR(scale.scale->dark, 100 - 4 * 4 / 2., 2);  // 3 % of 75 photons, in units
}

TEST(PhotonScale, IsNotFoundWhereNeighboursShareTheirNoise) {
    const Volume<float> image = recorded(300, 1, 0, 0);
    const Volume<float> smooth = volume_of(shape, [&](auto z, auto y, auto x) {
        const auto next = std::min<std::int64_t>(x + 1, shape.x - 1),
                   below = std::min<std::int64_t>(y + 1, shape.y - 1);
        const auto v = image.view();
        return (v(z, y, x) + v(z, y, next) + v(z, below, x) + v(z, below, next)) / 4;
    });
    const FoundPhotonScale scale = found(smooth);
    EXPECT_FALSE(scale.scale);
    EXPECT_NE(scale.reason.find("interpolated"), std::string::npos) << scale.reason;
}

TEST(PhotonScale, IsNotFoundInFlatOrSmallOrNoiselessImages) {
    EXPECT_FALSE(found(recorded(0, 1, 100, 3)).scale);
    EXPECT_FALSE(found(constant_volume({8, 19, 100}, 1)).scale);
    EXPECT_FALSE(found(constant_volume(shape, 1)).scale);
    EXPECT_FALSE(found(constant_volume(shape, 0)).scale);
    EXPECT_TRUE(found(constant_volume({1, 1, 1}, 1), 3.).scale) << "it was given";
}

}  // namespace

}  // namespace planapo::testing
