// The steps from many beads to one PSF, each against an analytic truth.
#include <gtest/gtest.h>

#include <numbers>

#include <planapo/bead_psf.hpp>
#include <planapo/error.hpp>

#include "psf/beads/align.hpp"
#include "psf/beads/average.hpp"
#include "psf/beads/level.hpp"
#include "psf/beads/sphere.hpp"
#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

/// A Gaussian sampled at the voxels' middles, its centre off the cube's by `offset`.
Cube sampled(const Index3& reach, const Triple& fwhm_px, const Triple& offset) {
    Cube cube(reach);
    std::size_t i = 0;
    for_each_offset(reach, [&](const Index3& voxel) {
        double exponent = 0;
        for (int axis = 0; axis < 3; ++axis)
            exponent += std::pow((static_cast<double>(voxel[axis]) - offset[axis]) / fwhm_px[axis], 2);
        cube.values[i++] = std::exp(-4 * std::numbers::ln2 * exponent);
    });
    return cube;
}

double largest_difference(const Cube& a, const Cube& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i) largest = std::max(largest, std::abs(a.values[i] - b.values[i]));
    return largest;
}

double energy(const Cube& cube) {
    double sum = 0;
    for (const double value : cube.values) sum += value * value;
    return sum;
}

constexpr Triple fwhm{6, 4, 3.5};
constexpr Index3 reach{13, 9, 8};
constexpr Triple shift{0.37, -0.5, 0.21};

TEST(BeadsMoved, GaussianIsTheGaussianElsewhere) {
    const Cube there = moved(sampled(reach, fwhm, {}), shift, reach);

    // Beyond Nyquist's frequency lie 6e-5 of the narrowest axis' peak, and beyond the cube less.
    EXPECT_LT(largest_difference(there, sampled(reach, fwhm, shift)), 1e-4);
}

TEST(BeadsMoved, NoFrequencyLosesItsModulus) {
    Cube noise(reach);
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    for (double& value : noise.values) value = normal(random);

    const Cube there = moved(noise, shift, reach), back = moved(there, {-shift[0], -shift[1], -shift[2]}, reach);

    EXPECT_NEAR(energy(there) / energy(noise), 1, 1e-12);  // rounding only: each frequency is turned
    EXPECT_LT(largest_difference(back, noise), 1e-12);
}

TEST(BeadsMoved, MiddleAndSlopes) {
    const Cube cube = sampled(reach, fwhm, {});
    const Index3 core{2, 3, 1};
    const Cube whole = moved(cube, shift, reach), middle = moved(cube, shift, core);
    for_each_offset(core, [&](const Index3& voxel) {
        const auto in = [&](const Cube& c) {
            return c.values[((voxel[0] + c.reach[0]) * c.shape().y + voxel[1] + c.reach[1]) * c.shape().x + voxel[2] +
                            c.reach[2]];
        };
        EXPECT_DOUBLE_EQ(in(middle), in(whole));
    });
    for (int axis = 0; axis < 3; ++axis) {
        std::array<Moved, 3> what{};
        what[axis] = Moved::slope;
        const Cube slope = moved(cube, shift, core, what);
        Triple less = shift, more = shift;
        less[axis] -= 1e-4;
        more[axis] += 1e-4;
        const Cube before = moved(cube, less, core), behind = moved(cube, more, core);
        for (std::size_t i = 0; i < slope.values.size(); ++i)
            EXPECT_NEAR(slope.values[i], (behind.values[i] - before.values[i]) / 2e-4, 1e-7);  // second order
    }
}

TEST(BeadsGaussianFit, FindsWhatWasDrawn) {
    const Shape shape{17, 15, 14};
    Volume<float> image(shape);
    const GaussianSpot truth{{8.3, 6.8, 7.1}, {5, 3.5, 3}, 700, 90};
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x)
                image.view()(z, y, x) =
                    static_cast<float>(truth.background + truth.at({double(z), double(y), double(x)}));

    const auto fit = fit_gaussian(image, {{0, 0, 0}, {16, 14, 13}}, {{8, 7, 7}, {3, 3, 3}, 500, 100});

    ASSERT_TRUE(fit);
    for (int axis = 0; axis < 3; ++axis) {
        EXPECT_NEAR(fit->centre_px[axis], truth.centre_px[axis], 1e-3);  // steps below 1e-4 end the fit
        EXPECT_NEAR(fit->fwhm_px[axis], truth.fwhm_px[axis], 1e-3);
    }
    EXPECT_NEAR(fit->peak, 700, 0.1);
    EXPECT_NEAR(fit->background, 90, 0.1);
}

TEST(BeadsSphere, ItsVarianceIsTakenAway) {
    // The transform of a sphere of radius r is 1 - (2 pi r f)^2 / 10 + ...: its variance along an axis is r^2 / 5.
    const Triple radius{1.5, 1.5, 1.5};
    const Cube wide = sampled({12, 12, 12}, {6, 6, 6}, {});

    const Cube point = without_sphere(wide, radius);

    const Moments before = moments(wide.volume()), after = moments(point.volume());
    EXPECT_NEAR(after.sum, before.sum, 1e-4 * before.sum);  // float
    for (int axis = 0; axis < 3; ++axis)
        // One per cent of caution leaves two per cent of the difference.
        EXPECT_NEAR(before.sd[axis] * before.sd[axis] - after.sd[axis] * after.sd[axis], 1.5 * 1.5 / 5, 0.02);
}

TEST(BeadsAverage, AHotVoxelOfOneBeadDoesNotCount) {
    std::vector<AlignedBead> beads;
    std::mt19937 random(1);
    std::normal_distribution<double> normal(0, 0.01);
    for (int i = 0; i < 9; ++i) {
        beads.push_back({sampled({3, 3, 3}, {3, 3, 3}, {}), 0.01});
        for (double& value : beads.back().cube.values) value += normal(random);
    }
    beads[4].cube.values[20] += 5;

    const Average mean = average(beads);

    // 9 beads of noise 0.01: five standard errors of 0.0033. The hot voxel would add 0.56.
    EXPECT_LT(largest_difference(mean.mean, sampled({3, 3, 3}, {3, 3, 3}, {})), 0.0167);
    EXPECT_NEAR(mean.standard_error.values[171], 0.0033, 0.0012);  // from 8 degrees of freedom, averaged
}

TEST(BeadsLevel, BeadsAndSlopesDoNotCount) {
    Volume<float> image = image_of({.shape = {24, 40, 40},
                                    .centre_px = {12, 20, 20},
                                    .fwhm_px = {5, 4, 4},
                                    .light = 3e4,
                                    .background = 100,
                                    .noise_sd = 5,
                                    .seed = 2});

    EXPECT_NEAR(level_of(image).mean, 100, 0.25);  // the bead's tails, clipped only at 3 sd
    EXPECT_NEAR(noise_of(image), 5, 0.15);         // likewise
    const View<float> view = image.view();
    view(3, 4, 5) = 1000;
    view(12, 19, 20) += 300;  // on the bead: no lone voxel
    EXPECT_EQ(replace_hot_voxels(view, 100, 5), 1);
    EXPECT_NEAR(view(3, 4, 5), 100, 15);
}

/// Five beads of one width at given places.
Volume<float> recording(const std::vector<Triple>& places, double light) {
    const Shape shape{22, 44, 45};
    Volume<float> image = image_of(
        {.shape = shape, .centre_px = {}, .fwhm_px = {5, 3.5, 3}, .light = 0, .background = 100, .noise_sd = 4});
    for (const Triple& place : places) {
        const Volume<float> bead =
            image_of({.shape = shape, .centre_px = place, .fwhm_px = {5, 3.5, 3}, .light = light});
        for (std::int64_t i = 0; i < shape.voxels(); ++i) image.data()[i] += bead.data()[i];
    }
    return image;
}

TEST(BeadsDistilled, WidthsPositionsAndFates) {
    const Volume<float> image = recording(
        {{10.2, 10.7, 9.6}, {11.4, 12.3, 33.5}, {10.9, 32.1, 11.2}, {9.8, 31.6, 32.9}, {10.5, 1.2, 22.3}}, 8000);

    const DistilledPsf made = distill_psf(image, {0.2, 0.1, 0.1});

    EXPECT_EQ(made.report.used, 4);
    ASSERT_EQ(made.report.beads.size(), 5u);
    EXPECT_EQ(std::count_if(made.report.beads.begin(), made.report.beads.end(),
                            [](const planapo::Bead& bead) { return bead.fate == BeadFate::border; }),
              1);
    // What the voxels integrate is wider than what was drawn by a variance of 1/12 px^2.
    const auto recorded = [](double width) { return std::sqrt(width * width + fwhm_per_sd * fwhm_per_sd / 12); };
    const std::array<double, 3> widths = fwhm_px(made.psf);
    EXPECT_NEAR(widths[0], recorded(5), 0.03 * 5);  // 4 beads at a signal-to-noise ratio of 30 or so
    EXPECT_NEAR(widths[1], recorded(3.5), 0.03 * 3.5);
    EXPECT_NEAR(widths[2], recorded(3), 0.03 * 3);
    EXPECT_NEAR(moments(made.psf).sum, 1, 1e-5);
    EXPECT_GE(moments(made.psf).least, 0);
    EXPECT_EQ(made.psf.shape().x % 2, 1);
}

TEST(BeadsDistilled, RefusesWhatShowsNoBead) {
    Volume<float> flat = recording({}, 0);
    EXPECT_THROW(distill_psf(flat, {}), InvalidArgument);
    EXPECT_THROW(distill_psf(volume_of({6, 6, 6}, std::vector<float>(216, 3)), {}), InvalidArgument);
    EXPECT_THROW(distill_psf(View<const float>{}, {}), InvalidArgument);
    flat.view()(3, 3, 3) = NAN;
    EXPECT_THROW(distill_psf(flat, {}), InvalidArgument);
    EXPECT_THROW(distill_psf(recording({{1, 20, 20}}, 8000), {}), InvalidArgument);  // at the border
    EXPECT_THROW(distill_psf(recording({{10, 20, 20}}, 8000), {}, {.bead_um = -1}), InvalidArgument);
    EXPECT_THROW(distill_psf(recording({{10, 20, 20}}, 8000), {}, {.reach_um = Triple{1, 1, 1}}), InvalidArgument);
}

}  // namespace
}  // namespace planapo::test
