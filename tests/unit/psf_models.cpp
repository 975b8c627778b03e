// Computed PSFs: the parts that they are made of, and what the C++ API promises. tests/python/test_psf_models.py
// compares the models with the textbooks' integrals.
#include <cmath>
#include <cstring>
#include <numbers>

#include <gtest/gtest.h>

#include <planapo/error.hpp>
#include <planapo/psf_models.hpp>

#include "cpu/threads.hpp"
#include "psf/models/interpolate.hpp"
#include "psf/models/quadrature.hpp"

namespace planapo::test {
namespace {

double sum_of(const Volume<float>& psf) {
    double sum = 0;
    for (std::int64_t i = 0; i < psf.shape().voxels(); ++i) sum += psf.data()[i];
    return sum;
}

TEST(Quadrature, IntegratesPolynomials) {
    for (const std::int64_t count : {1, 2, 5, 48, 301}) {
        double sum = 0, power = 0;
        const auto degree = static_cast<double>(2 * count - 2);
        for (const Node& node : gauss_legendre(count)) {
            sum += node.weight;
            power += node.weight * std::pow(node.at, degree);
        }
        EXPECT_NEAR(sum, 2, 1e-12) << count;  // rounding
        EXPECT_NEAR(power, 2 / (degree + 1), 1e-12) << count;
    }
}

/// The mean of r^2 on a grid of radii; six points interpolate it exactly.
double mean_square(const RadialSum& mean, double step_um) {
    std::vector<double> squares(mean.first + mean.weights.size());
    for (std::size_t i = 0; i < squares.size(); ++i) squares[i] = std::pow(static_cast<double>(i) * step_um, 2);
    return mean.of(squares.data());
}

TEST(RadialSum, AveragesOverPixels) {
    for (const double x : {0.0, 0.1, 0.25, 3.0}) {
        const Rectangle pixel{0.2, x, 0.3, 0.1};
        const double expected = 0.2 * 0.2 + x * x + (0.3 * 0.3 + 0.1 * 0.1) / 12;
        EXPECT_NEAR(mean_square(mean_over(pixel, 0.02, 4), 0.02), expected, 1e-12);  // rounding
    }
}

TEST(RadialSum, AveragesOverPinholes) {
    for (const double middle : {0.0, 0.05, 0.4, 2.0}) {
        const double expected = middle * middle + 0.4 * 0.4 / 2;
        EXPECT_NEAR(mean_square(mean_over(Disc{middle, 0.4}, 0.02, 4), 0.02), expected, 1e-12);  // rounding
    }
}

TEST(ModelPsf, DoesNotDependOnTheNumberOfThreads) {
    const Optics optics{.na = 1.2, .specimen_index = 1.33, .depth_um = 2};
    const auto made = [&](int threads) {
        const ThreadLimit limit(threads);
        return confocal_psf(optics, {}, {0.3, 0.1, 0.1}, {.shape = {5, 21, 19}}).psf;
    };
    const Volume<float> one = made(1), three = made(3);
    EXPECT_EQ(std::memcmp(one.data(), three.data(), one.shape().voxels() * sizeof(float)), 0);
}

TEST(ModelPsf, ChoosesWhatIsLeftOpen) {
    const Optics optics{.na = 0.8, .immersion_index = 1};
    const ModelPsf plane = gibson_lanni_psf(optics, {1, 0.3, 0.25}, {.shape = {1, 0, 0}, .energy = 0.98});
    EXPECT_EQ(plane.psf.shape().z, 1);
    EXPECT_EQ(plane.psf.shape().y % 2, 1);
    EXPECT_GT(plane.psf.shape().x, plane.psf.shape().y);
    EXPECT_NEAR(sum_of(plane.psf), 1, 1e-6);  // float voxels
    const ModelPsf sheet = light_sheet_psf(optics, {.fwhm_um = 1}, {0.25, 0.3, 0.3}, {.shape = {0, 9, 8}});
    EXPECT_LT(sheet.psf.shape().z, 16);  // three widths of the sheet to either side, and less
    EXPECT_EQ(sheet.psf.shape().y, 9);
    EXPECT_EQ(sheet.psf.shape().x, 8);
}

TEST(ModelPsf, CapsAnAutomaticShape) {
    const Shape shape =
        born_wolf_psf({.na = 1.4}, {0.01, 0.5, 0.02}, {.shape = {0, 3, 0}, .energy = 0.99999}).psf.shape();
    EXPECT_EQ(shape, (Shape{255, 3, 255}));
}

TEST(ModelPsf, OneVoxelHoldsAllTheLight) {
    EXPECT_EQ(vectorial_psf({.na = 1.4}, {1, 1, 1}, {.shape = {1, 1, 1}}).psf.data()[0], 1);
}

TEST(LightSheet, WidensOffItsWaist) {
    const Optics optics{.na = 0.8, .immersion_index = 1.33};
    const double rayleigh_um = std::numbers::pi * 9 / (2 * std::numbers::ln2) * 1.33 / 0.5;
    const LightSheet sheet{.excitation_um = 0.5, .fwhm_um = 3, .from_waist_um = -rayleigh_um};
    EXPECT_NEAR(fwhm_um(sheet, optics), 3 * std::numbers::sqrt2, 1e-12);  // rounding
    EXPECT_NEAR(fwhm_um({.excitation_um = 0.5, .na = 0.1}, optics),
                std::sqrt(2 * std::numbers::ln2) * 0.5 / (std::numbers::pi * 0.1), 1e-12);
}

TEST(ModelPsf, RefusesWhatNoMicroscopeHas) {
    EXPECT_THROW(born_wolf_psf({.na = 1.6}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(born_wolf_psf({.na = NAN}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(born_wolf_psf({.wavelength_um = 0}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(born_wolf_psf({}, {1, 0, 1}), InvalidArgument);
    EXPECT_THROW(born_wolf_psf({}, {1, 1, 1}, {.shape = {-1, 5, 5}}), InvalidArgument);
    EXPECT_THROW(gibson_lanni_psf({.coverslip_index = 1.2}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(vectorial_psf({.design_immersion_index = NAN}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(confocal_psf({}, {.pinhole_airy = NAN}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(light_sheet_psf({}, {}, {1, 1, 1}), InvalidArgument);
    EXPECT_THROW(light_sheet_psf({}, {.na = 2}, {1, 1, 1}), InvalidArgument);
}

}  // namespace
}  // namespace planapo::test
