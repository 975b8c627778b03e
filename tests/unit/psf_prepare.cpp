// Preparation of beads whose truth is known: background, origin, widths, energy, for every parity.
#include <gtest/gtest.h>

#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

constexpr VoxelSize um{1, 1, 1};

/// A bead as a microscope records it: signal to noise about 100 at the peak.
Bead recorded(Triple centre_px, unsigned seed) {
    return {{41, 48, 47}, centre_px, {7, 3.2, 3.1}, 100000, 142.3, 10, seed};
}

TEST(PreparePsf, FindsSubPixelPositionBackgroundAndNoise) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> anywhere(-0.5, 0.5);
    for (unsigned seed = 1; seed <= 12; ++seed) {
        const Triple centre{19 + anywhere(random), 27 + anywhere(random), 22 + anywhere(random)};
        for (const PsfCentre method : {PsfCentre::peak, PsfCentre::centroid}) {
            const PreparedPsf made = prepare_psf(image_of(recorded(centre, seed)), um, um, {.centre = method});
            const PsfReport& report = made.report;
            // 3 standard errors of a centroid at this noise are 0.03 px.
            for (int axis = 0; axis < 3; ++axis)
                EXPECT_NEAR(report.origin_px[axis], centre[axis], 0.05) << axis << " seed " << seed;
            EXPECT_NEAR(report.shift_px[1], 24 - centre[1], 0.05);
            EXPECT_NEAR(report.background, 142.3, 0.3);
            EXPECT_NEAR(report.noise_sd, 10, 0.3);
            EXPECT_TRUE(report.warnings.empty()) << report.warnings.front();
            for (int axis = 0; axis < 3; ++axis) EXPECT_NEAR(moments(made.psf).offset[axis], 0, 0.1);
        }
    }
}

TEST(PreparePsf, WithoutNoiseThePeakIsFoundToAHundredthOfAPixel) {
    for (const double width : {2.0, 3.0, 7.0})
        for (const double off : {-0.45, -0.2, 0.1, 0.4}) {
            const Triple centre{15 + off, 15 - off, 15 + off / 2};
            const PsfReport report = prepare_psf(image_of({{31, 31, 31}, centre, {7, width, width}}), um, um).report;
            for (int axis = 0; axis < 3; ++axis)
                EXPECT_NEAR(report.origin_px[axis], centre[axis], 0.01) << width << " " << off;
        }
}

TEST(PreparePsf, TheResultIsTheTruthOnTheNewVoxels) {
    const Triple centre{19.8, 27.3, 22.4};
    const VoxelSize before{0.1, 0.1, 0.1}, after{0.157, 0.1, 0.1};
    Bead bead = recorded(centre, 3);
    bead.noise_sd = 1;
    const PreparedPsf made = prepare_psf(image_of(bead), before, after);
    const Shape& shape = made.psf.shape();
    const Triple middle{static_cast<double>(shape.z / 2), static_cast<double>(shape.y / 2),
                        static_cast<double>(shape.x / 2)};
    const Volume<float> truth = image_of({shape, middle, {7 / 1.57, 3.2, 3.1}});
    EXPECT_LT(largest_difference(made.psf, truth), 0.02 * moments(truth).most);  // the spline at FWHM 3.1 px: 1.5 %
    const Triple width = fwhm_px(truth);
    EXPECT_NEAR(made.report.fwhm_after.z_um, 0.157 * width[0], 0.01 * 0.7);
    EXPECT_NEAR(made.report.fwhm_after.y_um, 0.1 * width[1], 0.02 * 0.32);
    EXPECT_NEAR(made.report.fwhm_after.x_um, 0.1 * width[2], 0.02 * 0.31);
}

TEST(PreparePsf, ResultIsOddNormalisedNonNegativeAndNeedsNoWarning) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const PreparedPsf made = prepare_psf(image_of(recorded({20.2, 23.9, 23.5}, seed)), um, {1.3, 0.9, 1.1});
        const Moments found = moments(made.psf);
        EXPECT_EQ(made.psf.shape().z % 2 + made.psf.shape().y % 2 + made.psf.shape().x % 2, 3);
        EXPECT_NEAR(found.sum, 1, 1e-6);
        EXPECT_GE(found.least, 0);
        EXPECT_EQ(made.report.shape_after, made.psf.shape());
        EXPECT_TRUE(look_at(made.psf).warnings.empty()) << look_at(made.psf).warnings.front();
        EXPECT_GE(made.report.energy_kept, 0.999);
        EXPECT_GE(made.report.steps.size(), 5u);
    }
}

TEST(PreparePsf, CropsToTheEnergy) {
    const Volume<float> bead = image_of({{61, 61, 61}, {30, 30, 30}, {6, 6, 6}});
    for (const double energy : {0.9, 0.99, 0.999}) {
        const PreparedPsf made = prepare_psf(bead, um, um, {.background = 0.0, .energy = energy});
        const auto held = [&](std::int64_t size) {
            return std::pow(
                share(-0.5 * static_cast<double>(size), 0.5 * static_cast<double>(size), 0, 6 / fwhm_per_sd), 3);
        };
        EXPECT_NEAR(made.report.energy_kept, held(made.psf.shape().x), 1e-5);
        EXPECT_GE(held(made.psf.shape().x), energy);
        EXPECT_LT(held(made.psf.shape().x - 2), energy) << "a smaller box would do";
    }
    EXPECT_GT(prepare_psf(bead, um, um, {.background = 0.0, .energy = 1}).psf.shape().x, 41);
}

TEST(PreparePsf, EveryParityKeepsThePeakAtTheOrigin) {
    for (std::int64_t z = 1; z <= 12; ++z)
        for (std::int64_t n = 5; n <= 12; ++n) {
            const Triple centre{static_cast<double>(z / 2), static_cast<double>(n / 2),
                                static_cast<double>((n + 1) / 2)};
            const Volume<float> bead = image_of({{z, n, n + 1}, centre, {2, 2.2, 2.4}});
            const PsfReport report = prepare_psf(bead, um, um).report;
            for (int axis = 0; axis < 3; ++axis)
                EXPECT_NEAR(report.origin_px[axis], centre[axis], z <= 2 && axis == 0 ? 0.5 : 0.01)
                    << z << " x " << n << " axis " << axis;
            const PreparedPsf as_it_is =
                prepare_psf(bead, um, um, {.centre = PsfCentre::none, .background = 0.0, .energy = 1});
            const Shape& shape = as_it_is.psf.shape();
            EXPECT_EQ(shape, (Shape{2 * (z / 2) + 1, 2 * (n / 2) + 1,
                                    2 * ((n + 1) / 2) + 1}));  // the origin stayed, the box became odd
            EXPECT_NEAR(as_it_is.psf.view()(shape.z / 2, shape.y / 2, shape.x / 2), moments(as_it_is.psf).most, 1e-7);
        }
}

TEST(PreparePsf, MirroredInputGivesMirroredOutput) {
    for (const Shape shape : {Shape{21, 23, 25}, Shape{20, 22, 24}, Shape{21, 22, 23}}) {
        Volume<float> bead = image_of({shape, {9.3, 12.4, 10.9}, {4, 3, 3}, 10000, 100, 2});
        const Volume<float> wing = image_of({shape, {12.1, 11.2, 13.0}, {5, 4, 4}, 3000});  // makes it lopsided
        for (std::int64_t i = 0; i < shape.voxels(); ++i) bead.data()[i] += wing.data()[i];
        const PreparedPsf made = prepare_psf(bead, um, {1.4, 1.1, 0.8});
        for (int axis = 0; axis < 3; ++axis) {
            const PreparedPsf mirrored = prepare_psf(flipped(bead, axis), um, {1.4, 1.1, 0.8});
            // Sums are taken in another order, and a clipped mean may win or lose a voxel.
            EXPECT_LT(largest_difference(flipped(mirrored.psf, axis), made.psf), 1e-5 * moments(made.psf).most) << axis;
        }
    }
}

TEST(PreparePsf, TwoDimensionsStayTwo) {
    const PreparedPsf made =
        prepare_psf(image_of({{1, 47, 48}, {0, 21.3, 25.6}, {1, 4, 3}, 10000, 50, 2}), {5, 0.1, 0.1}, {1, 0.13, 0.1});
    EXPECT_EQ(made.psf.shape().z, 1);
    EXPECT_NEAR(made.report.origin_px[1], 21.3, 0.05);
    EXPECT_NEAR(made.report.origin_px[2], 25.6, 0.05);
    EXPECT_TRUE(made.report.warnings.empty()) << made.report.warnings.front();
    const PreparedPsf point = prepare_psf(volume_of({1, 1, 1}, {3}), um, um);
    EXPECT_EQ(point.psf.shape(), (Shape{1, 1, 1}));
    EXPECT_EQ(point.psf.view()(0, 0, 0), 1);
}

TEST(PreparePsf, PreparedOnceIsPrepared) {
    const PreparedPsf once = prepare_psf(image_of(recorded({19.8, 23.3, 22.4}, 5)), um, um);
    const PreparedPsf twice = prepare_psf(once.psf, um, um);
    for (int axis = 0; axis < 3; ++axis) EXPECT_NEAR(twice.report.shift_px[axis], 0, 0.02);
    EXPECT_NEAR(twice.report.fwhm_after.x_um, once.report.fwhm_after.x_um, 0.02 * once.report.fwhm_after.x_um);
}

}  // namespace
}  // namespace planapo::test
