// What the preparation of a PSF keeps, warns of and refuses.
#include <gtest/gtest.h>

#include <planapo/error.hpp>

#include "psf/width.hpp"
#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

constexpr VoxelSize um{1, 1, 1};

bool warns_of(const PsfReport& report, const std::string& words) {
    return std::any_of(report.warnings.begin(), report.warnings.end(),
                       [&](const std::string& warning) { return warning.find(words) != std::string::npos; });
}

TEST(PsfTrouble, ComputedTailsAreNoBackground) {
    // Tails like 1 / r^3 reach the rim without noise: a median of the rim would take a tenth of the light away.
    Volume<float> psf(Shape{25, 25, 25});
    for (std::int64_t i = 0; i < 25 * 25 * 25; ++i) {
        const double z = static_cast<double>(i / 625 - 12), y = static_cast<double>(i / 25 % 25 - 12),
                     x = static_cast<double>(i % 25 - 12);
        psf.data()[i] = static_cast<float>(1000 * std::pow(1 + (z * z + y * y + x * x) / 4, -1.5));
    }
    const Moments before = moments(psf);
    const PreparedPsf made = prepare_psf(psf, um, um, {.energy = 1});
    EXPECT_FLOAT_EQ(static_cast<float>(made.report.background), static_cast<float>(before.least));
    EXPECT_EQ(made.report.noise_sd, 0);
    ASSERT_EQ(made.psf.shape(), psf.shape());
    const double light = before.sum - 25 * 25 * 25 * before.least;
    EXPECT_NEAR(made.psf.view()(12, 12, 12), (before.most - before.least) / light, 1e-6);
    EXPECT_NEAR(made.psf.view()(12, 12, 22), (psf.view()(12, 12, 22) - before.least) / light, 1e-7);
}

TEST(PsfTrouble, AGivenBackgroundIsTaken) {
    const PsfReport report =
        prepare_psf(image_of({{31, 31, 31}, {15, 15, 15}, {4, 4, 4}, 10000, 100, 1}), um, um, {.background = 99})
            .report;
    EXPECT_EQ(report.background, 99);
    EXPECT_NEAR(report.noise_sd, 1, 0.05);
}

TEST(PsfTrouble, ABrightDefectiveRimDoesNotSetTheBackground) {
    Volume<float> bead = image_of({{41, 41, 41}, {20, 20, 20}, {4, 4, 4}, 50000, 140, 10});
    for (std::int64_t i = 0; i < 41 * 41; ++i) bead.data()[i] += 40;            // the first plane
    for (std::int64_t i = 0; i < 41 * 41; ++i) bead.data()[i * 41 + 40] += 40;  // the last column
    EXPECT_NEAR(prepare_psf(bead, um, um).report.background, 140, 0.3);
}

TEST(PsfTrouble, HotPixelsDoNotRaiseTheBackground) {
    Volume<float> bead = image_of({{41, 41, 41}, {20, 20, 20}, {4, 4, 4}, 50000, 140, 10});
    for (std::int64_t i = 0; i < bead.shape().voxels(); i += 97)
        bead.data()[i] += 300;  // a plain mean would be 3 higher
    EXPECT_NEAR(prepare_psf(bead, um, um).report.background, 140, 0.5);
}

TEST(PsfTrouble, AHaloBelowTheNoiseIsKept) {
    // A fifth of the light in a halo whose brightest voxel is at 1.5 times the noise: no voxel of it can be told by
    // itself.
    const Shape shape{61, 61, 61};
    Volume<float> bead = image_of({shape, {30, 30, 30}, {4, 4, 4}, 200000, 100, 10});
    const Volume<float> halo = image_of({shape, {30, 30, 30}, {14, 14, 14}, 50000});
    for (std::int64_t i = 0; i < shape.voxels(); ++i) bead.data()[i] += halo.data()[i];
    const PreparedPsf made = prepare_psf(bead, um, um);
    const View<const float> psf = made.psf.view();
    const Index3 middle{psf.shape().z / 2, psf.shape().y / 2, psf.shape().x / 2};
    double core = 0;
    for (std::int64_t z = -5; z <= 5; ++z)
        for (std::int64_t y = -5; y <= 5; ++y)
            for (std::int64_t x = -5; x <= 5; ++x) core += psf(middle[0] + z, middle[1] + y, middle[2] + x);
    const double in_core = 0.8 * std::pow(share(-5.5, 5.5, 0, 4 / fwhm_per_sd), 3);
    const double of_halo = 0.2 * std::pow(share(-5.5, 5.5, 0, 14 / fwhm_per_sd), 3);
    // What the halo holds beyond 5 px is kept to a seventh: its outermost part is background to every measure.
    EXPECT_NEAR(1 - core, 1 - in_core - of_halo, (1 - in_core - of_halo) / 7);
}

TEST(PsfTrouble, TailsAreKeptWhereAsked) {
    const Volume<float> bead = image_of({{41, 41, 41}, {20, 20, 20}, {5, 5, 5}, 50000, 140, 10});
    const PreparedPsf smoothed = prepare_psf(bead, um, um);
    const PreparedPsf kept = prepare_psf(bead, um, um, {.tails = PsfTails::as_measured});
    EXPECT_EQ(smoothed.report.steps.size(), kept.report.steps.size() + 1);
    EXPECT_GT(largest_difference(smoothed.psf, kept.psf), 0);
    // Signal to noise 35: smoothing may move the core by half a percent.
    for (int axis = 0; axis < 3; ++axis)
        EXPECT_NEAR(fwhm_px(smoothed.psf)[axis], fwhm_px(kept.psf)[axis], 0.01 * fwhm_px(kept.psf)[axis]);
}

TEST(PsfTrouble, WarnsOfASecondBead) {
    Volume<float> beads = image_of({{31, 41, 41}, {15, 12, 12}, {4, 3, 3}, 10000, 100, 3});
    EXPECT_FALSE(warns_of(prepare_psf(beads, um, um).report, "second spot"));
    const Volume<float> other = image_of({{31, 41, 41}, {15, 32, 31}, {4, 3, 3}, 5000});
    for (std::int64_t i = 0; i < beads.shape().voxels(); ++i) beads.data()[i] += other.data()[i];
    const PsfReport report = prepare_psf(beads, um, um).report;
    EXPECT_TRUE(warns_of(report, "second spot"));
    EXPECT_TRUE(warns_of(report, "(15, 32, 31)"));
}

TEST(PsfTrouble, WarnsOfSaturationBordersNoiseAndSampling) {
    Volume<float> bright = image_of({{31, 31, 31}, {15, 15, 15}, {5, 5, 5}, 2e6, 100, 3});
    EXPECT_FALSE(warns_of(prepare_psf(bright, um, um).report, "saturated"));
    for (std::int64_t i = 0; i < bright.shape().voxels(); ++i) bright.data()[i] = std::min(bright.data()[i], 4095.f);
    EXPECT_TRUE(warns_of(prepare_psf(bright, um, um).report, "saturated"));

    const Bead at_border{{31, 31, 31}, {15, 2, 15}, {5, 5, 5}, 50000, 100, 3};
    EXPECT_TRUE(warns_of(prepare_psf(image_of(at_border), um, um).report, "axis y"));
    const Bead faint{{31, 31, 31}, {15, 15, 15}, {5, 5, 5}, 1500, 100, 1};
    EXPECT_TRUE(warns_of(prepare_psf(image_of(faint), um, um).report, "noisy"));
    const Bead fine{{31, 31, 31}, {15, 15, 15}, {5, 5, 5}, 50000, 100, 3};
    EXPECT_TRUE(prepare_psf(image_of(fine), um, um).report.warnings.empty());
    EXPECT_TRUE(warns_of(prepare_psf(image_of(fine), um, {1, 1, 4}).report, "undersampled"));
}

TEST(PsfTrouble, OneHotPixelIsNotThePeak) {
    Volume<float> bead = image_of({{31, 31, 31}, {15.2, 14.9, 15}, {5, 5, 5}, 50000, 100, 3});
    bead.view()(4, 5, 6) = 2000;  // the bead's peak is about 450
    const PsfReport report = prepare_psf(bead, um, um).report;
    EXPECT_NEAR(report.origin_px[0], 15.2, 0.05);
    EXPECT_NEAR(report.origin_px[1], 14.9, 0.05);
}

TEST(PsfTrouble, NoiseInATinyWindowIsPreparedOrRefused) {
    int prepared = 0;
    for (unsigned seed = 0; seed < 500; ++seed) {
        const Shape shape{1 + seed % 5, 1 + seed / 5 % 5, 1 + seed / 25 % 5};
        const Volume<float> noise = image_of({shape, {0, 0, 0}, {2, 2, 2}, 0, 5, 1, seed});
        try {
            const PreparedPsf made = prepare_psf(noise, um, {1.6, 1, 0.7});
            EXPECT_NEAR(moments(made.psf).sum, 1, 1e-5) << to_string(shape);
            EXPECT_GE(moments(made.psf).least, 0);
            ++prepared;
        } catch (const InvalidArgument&) {
        }
    }
    EXPECT_GT(prepared, 250);
}

TEST(PsfTrouble, RefusesWhatIsNoPsf) {
    const auto prepare = [](const Volume<float>& psf) { return prepare_psf(psf, um, um); };
    EXPECT_THROW(prepare_psf({}, um, um), InvalidArgument);
    EXPECT_THROW(prepare(volume_of({3, 3, 3}, std::vector<float>(27, 5.f))), InvalidArgument);
    EXPECT_THROW(prepare(volume_of({1, 1, 1}, {0})), InvalidArgument);
    EXPECT_THROW(prepare(volume_of({1, 1, 3}, {1, INFINITY, 1})), InvalidArgument);
    EXPECT_THROW(prepare_psf(image_of({{9, 9, 9}, {4, 4, 4}, {2, 2, 2}}), um, um, {.background = 5}), InvalidArgument);
    try {
        prepare(volume_of({1, 2, 3}, {1, 2, 1, 0, NAN, NAN}));
        FAIL() << "NaN was accepted";
    } catch (const InvalidArgument& error) {
        const std::string sentence = error.what();
        EXPECT_NE(sentence.find("2 of"), std::string::npos) << sentence;
        EXPECT_NE(sentence.find("(0, 1, 1)"), std::string::npos) << sentence;
    }
}

TEST(PsfTrouble, RefusesImpossibleOptions) {
    const Volume<float> psf = image_of({{9, 9, 9}, {4, 4, 4}, {2, 2, 2}});
    EXPECT_THROW(prepare_psf(psf, {1, 1, 0}, um), InvalidArgument);
    EXPECT_THROW(prepare_psf(psf, um, {1, -1, 1}), InvalidArgument);
    EXPECT_THROW(prepare_psf(psf, um, {1, NAN, 1}), InvalidArgument);
    EXPECT_THROW(prepare_psf(psf, um, {1, 1000, 1}), InvalidArgument);  // nanometres
    EXPECT_THROW(prepare_psf(psf, um, um, {.energy = 1.1}), InvalidArgument);
    EXPECT_THROW(prepare_psf(psf, um, um, {.background = NAN}), InvalidArgument);
}

}  // namespace
}  // namespace planapo::test
