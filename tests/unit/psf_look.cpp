// A look at PSFs that are used as they are.
#include <gtest/gtest.h>

#include <planapo/error.hpp>

#include "psf_phantom.hpp"

namespace planapo::test {
namespace {

TEST(PsfLook, FindsNothingWrongWithAGaussianOfAnyParity) {
    for (std::int64_t n = 9; n <= 12; ++n) {
        const PsfLook look = look_at(gaussian_psf({2, 2, 2}, {1, 1, 1}, {.shape = Shape{n, n + 1, n + 2}}));
        EXPECT_TRUE(look.warnings.empty()) << look.warnings.front();
        EXPECT_EQ(look.peak_offset_px, (Triple{0, 0, 0}));
        EXPECT_NEAR(look.sum, 1, 1e-6);
    }
}

TEST(PsfLook, SeesAPeakThatIsOff) {
    const PsfLook look = look_at(image_of({{16, 17, 18}, {8, 10, 8}, {2, 2, 2}}));
    EXPECT_EQ(look.peak_offset_px, (Triple{0, 2, -1}));
    ASSERT_EQ(look.warnings.size(), 1u);
    EXPECT_NE(look.warnings[0].find("+2.0"), std::string::npos) << look.warnings[0];
    // One voxel is not yet worth a warning: an even window may be centred on either side of its middle.
    EXPECT_TRUE(look_at(image_of({{16, 17, 18}, {7, 9, 9}, {2, 2, 2}})).warnings.empty());
}

TEST(PsfLook, AFlatTopPeaksInItsMiddle) {
    const PsfLook look = look_at(volume_of({1, 1, 9}, {0, 0, 2, 2, 2, 2, 2, 0, 0}));
    EXPECT_EQ(look.peak_offset_px, (Triple{0, 0, 0}));
    EXPECT_TRUE(look.warnings.empty());
}

TEST(PsfLook, MeasuresTheRim) {
    // 26 of 27 voxels are rim.
    EXPECT_DOUBLE_EQ(look_at(volume_of({3, 3, 3}, std::vector<float>(27, 2.f))).rim_share, 26.0 / 27);
    // An axis of one or two voxels has no rim.
    EXPECT_DOUBLE_EQ(look_at(volume_of({1, 2, 5}, {1, 2, 4, 2, 1, 1, 2, 4, 2, 1})).rim_share, 4.0 / 20);
    EXPECT_EQ(look_at(volume_of({1, 1, 1}, {3})).rim_share, 0);
    // A background of a thousandth of the peak under a small PSF.
    const PsfLook look = look_at(image_of({{31, 31, 31}, {15, 15, 15}, {2, 2, 2}, 1, 1e-4}));
    EXPECT_GT(look.rim_share, 0.01);
    EXPECT_EQ(look.warnings.size(), 1u);
}

TEST(PsfLook, CountsWhatIsNotFinite) {
    const PsfLook look = look_at(volume_of({1, 1, 5}, {NAN, 1, 4, -1, INFINITY}));
    EXPECT_EQ(look.non_finite, 2);
    EXPECT_DOUBLE_EQ(look.sum, 4);
    EXPECT_DOUBLE_EQ(look.negative_sum, -1);
    EXPECT_EQ(look_at(volume_of({1, 1, 1}, {NAN})).peak_offset_px, (Triple{0, 0, 0}));
    EXPECT_THROW(look_at({}), InvalidArgument);
}

}  // namespace
}  // namespace planapo::test
