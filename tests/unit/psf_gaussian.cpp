// Gaussian PSFs: moments, energy, origin.
#include <gtest/gtest.h>

#include <planapo/error.hpp>

#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

TEST(GaussianPsf, HasTheVarianceOfAGaussianIntegratedOverItsVoxels) {
    const Volume<float> psf =
        gaussian_psf({0.7, 0.3, 0.2}, {0.1, 0.1, 0.1}, {.shape = Shape{61, 41, 21}, .energy = 0.999});
    const Moments found = moments(psf);
    EXPECT_NEAR(found.sum, 1, 1e-6);  // float voxels
    const Triple fwhm_px{7, 3, 2};
    for (int axis = 0; axis < 3; ++axis) {
        EXPECT_NEAR(found.offset[axis], 0, 1e-6);
        // A voxel adds its own variance, 1/12. 1e-5: float voxels, and sampling (exp(-2 pi^2 sd^2) at 2 px).
        EXPECT_NEAR(found.sd[axis], std::sqrt(std::pow(fwhm_px[axis] / fwhm_per_sd, 2) + 1.0 / 12), 1e-5) << axis;
    }
}

TEST(GaussianPsf, AutomaticShapeIsTheSmallestOddCubeOfTheEnergy) {
    for (const double fwhm_px : {0.3, 1.0, 2.5, 3.16, 6.95, 20.0}) {
        const Shape shape = gaussian_psf({fwhm_px, fwhm_px, fwhm_px}, {1, 1, 1}).shape();
        EXPECT_EQ(shape.x % 2, 1);
        EXPECT_EQ(shape, (Shape{shape.x, shape.x, shape.x}));
        const auto held = [&](std::int64_t size) {
            const double half = static_cast<double>(size) / 2;
            return std::pow(share(-half, half, 0, fwhm_px / fwhm_per_sd), 3);
        };
        EXPECT_GE(held(shape.x), 0.999) << fwhm_px;
        if (shape.x > 1) {
            EXPECT_LT(held(shape.x - 2), 0.999) << fwhm_px;
        }
    }
}

TEST(GaussianPsf, OriginIsHalfTheSizeForEveryParity) {
    for (std::int64_t n = 1; n <= 12; ++n) {
        const Volume<float> psf = gaussian_psf({2, 2, 2}, {1, 1, 1}, {.shape = Shape{n, 13 - n, n}});
        EXPECT_NEAR(moments(psf).sum, 1, 1e-6);
        const View<const float> line = psf.view();
        for (std::int64_t x = 0; x < n; ++x) {
            EXPECT_LE(line(n / 2, (13 - n) / 2, x), line(n / 2, (13 - n) / 2, n / 2));
            const std::int64_t mirrored = 2 * (n / 2) - x;  // mirrored about the origin
            if (mirrored >= n) continue;
            EXPECT_EQ(line(n / 2, (13 - n) / 2, x), line(n / 2, (13 - n) / 2, mirrored)) << n;
        }
    }
}

TEST(GaussianPsf, KeepsItsTails) {
    const Volume<float> psf = gaussian_psf({2, 2, 2}, {1, 1, 1}, {.shape = Shape{1, 1, 21}});
    const double scale = fwhm_per_sd / (2 * std::numbers::sqrt2);
    const double expected = 0.5 * (std::erfc(9.5 * scale) - std::erfc(10.5 * scale));
    EXPECT_NEAR(psf.view()(0, 0, 20) / expected, 1, 1e-3);  // 1e-29 of the sum: lost where erf values are subtracted
}

TEST(GaussianPsf, RefusesWhatIsNotAWidthOrAVoxel) {
    EXPECT_THROW(gaussian_psf({0, 1, 1}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(gaussian_psf({1, NAN, 1}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(gaussian_psf({1, 1, 1}, {1, 1, 0}), InvalidArgument);
    EXPECT_THROW(gaussian_psf({1, 1, 1}, {1, -1, 1}), InvalidArgument);
    EXPECT_THROW(gaussian_psf({1, 1, 1e6}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(gaussian_psf({1, 1, 1}, {1, 1, 1}, {.shape = Shape{0, 5, 5}}), InvalidArgument);
    EXPECT_THROW(gaussian_psf({1, 1, 1}, {1, 1, 1}, {.energy = 1}), InvalidArgument);
}

}  // namespace
}  // namespace planapo::test
