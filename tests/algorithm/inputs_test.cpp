// Bad input gets one sentence with the numbers in it; odd input gets a defined answer.
#include <gmock/gmock.h>

#include "restoring.hpp"

namespace planapo::testing {

namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

class Inputs : public Restoring {
protected:
    const Volume<float> psf_ = gaussian_volume({3, 3, 3}, 0.7, 0.7, 0.7);
    const DeconvolveOptions one_ = options_for(Method::matched, 1);

    /// The sentence with which restoring is refused.
    std::string refusal(View<const float> image, View<const float> psf, const DeconvolveOptions& options) const {
        try {
            restore(image, psf, options);
        } catch (const InvalidArgument& refused) {
            return refused.what();
        }
        return "";
    }
};

TEST_P(Inputs, VoxelsThatAreNotFiniteAreCountedAndTheFirstIsNamed) {
    for (const float bad : {nan, infinity, -infinity}) {
        const Volume<float> image =
            volume_of({4, 5, 6}, [=](auto z, auto y, auto x) { return z >= 2 && y == 3 && x == 4 ? bad : 1.f; });
        EXPECT_THAT(refusal(image, psf_, one_), AllOf(HasSubstr("2 voxels not finite"), HasSubstr("2, 3, 4")));
    }
}

TEST_P(Inputs, PsfsThatCannotBeNormalisedAreRefused) {
    const Volume<float> image = constant_volume({3, 3, 3}, 1.f);
    EXPECT_THAT(refusal(image, constant_volume({2, 2, 2}, 0.f), one_), HasSubstr("sums to 0"));
    EXPECT_THAT(refusal(image, constant_volume({2, 2, 2}, nan), one_), HasSubstr("8 voxels not finite"));
    EXPECT_THAT(refusal(image, constant_volume({1, 1, 1}, -1.f), one_), HasSubstr("sums to -1"));
}

TEST_P(Inputs, MethodsThatStopByThemselvesComeToAnEndOnAnyImage) {
    const std::vector<Volume<float>> psfs = [&] {
        std::vector<Volume<float>> list;
        list.push_back(gaussian_volume({3, 3, 3}, 0.7, 0.7, 0.7));
        list.push_back(random_volume({3, 2, 4}, 71));  // lopsided: with mirrors its blur is not its own adjoint
        return list;
    }();
    std::vector<Volume<float>> images;
    images.push_back(constant_volume({4, 8, 8}, 100.f));
    images.push_back(random_volume({1, 4, 4}, 72, 0.f, 9.f));
    images.push_back(volume_of({3, 5, 7}, [](auto z, auto y, auto x) { return z + y + x == 7 ? 101.f : 100.f; }));
    for (const Method method : every_method)
        for (const auto& image : images)
            for (const auto& psf : psfs) {
                DeconvolveOptions options;
                options.method = method;
                const Restored restored = restore(image, psf, options);
                EXPECT_GE(restored.report.iterations, 1);
                EXPECT_TRUE(std::isfinite(sum_of(restored.image)));
            }
}

TEST_P(Inputs, VoxelsTooLargeForFloatsAreRefused) {
    EXPECT_THAT(refusal(constant_volume({3, 3, 3}, 1e38f), psf_, one_), HasSubstr("up to 1e+38"));
}

TEST_P(Inputs, ABackgroundAboveTheImageIsTold) {
    DeconvolveOptions options = one_;
    options.background = 1000;
    EXPECT_THAT(restore(constant_volume({3, 3, 3}, 7.f), psf_, options).report.warnings,
                Contains(HasSubstr("background of 1000, the largest is 7")));
}

TEST(Shapes, ThatNoMemoryHoldsAreRefusedAtOnce) {
    const Deconvolver deconvolver(gaussian_volume({3, 3, 3}, 0.7, 0.7, 0.7));
    const auto refused = [&](Shape shape) {
        try {
            deconvolver.plan(shape);
        } catch (const InvalidArgument& reason) {
            return std::string(reason.what());
        }
        return std::string();
    };
    EXPECT_THAT(refused({1, 1, std::int64_t{1} << 40}), HasSubstr("longer than 2^31"));
    EXPECT_THAT(refused({1000000, 1000000, 1000000}), HasSubstr("larger than any memory"));
}

TEST_P(Inputs, OptionsOutOfRangeAreNamed) {
    const Volume<float> image = constant_volume({3, 3, 3}, 1.f);
    const auto refused = [&](auto change) {
        DeconvolveOptions options = one_;
        change(options);
        return refusal(image, psf_, options);
    };
    EXPECT_THAT(refused([](auto& o) { o.iterations = 0; }), HasSubstr("iterations is 0"));
    EXPECT_THAT(refused([](auto& o) { o.background = -1; }), HasSubstr("background is -1"));
    EXPECT_THAT(refused([](auto& o) { o.background = nan; }), HasSubstr("background is nan"));
    EXPECT_THAT(refused([](auto& o) { o.threads = 100000; }), HasSubstr("threads is 100000"));
    EXPECT_THAT(refused([](auto& o) { o.background = 1e300; }), HasSubstr("background is 1e+300"));
    EXPECT_THAT(refused([](auto& o) { o.floor = 0; }), HasSubstr("floor is 0"));
    EXPECT_THAT(refused([](auto& o) { o.floor = 1e300; }), HasSubstr("floor is 1e+300"));
    EXPECT_THAT(refused([](auto& o) { o.projector.alpha = 0; }), HasSubstr("alpha is 0"));
    EXPECT_THAT(refused([](auto& o) { o.projector.beta = 1; }), HasSubstr("beta is 1"));
    EXPECT_THAT(refused([](auto& o) { o.projector.order = 0; }), HasSubstr("order is 0"));
    EXPECT_THAT(refused([](auto& o) { o.threads = -1; }), HasSubstr("threads is -1"));
}

TEST_P(Inputs, EmptyAndUnlikeViewsAreRefused) {
    Deconvolver deconvolver(psf_, one_, device());
    Volume<float> image = constant_volume({3, 3, 3}, 1.f), smaller({3, 3, 2});
    EXPECT_THROW(deconvolver.run(View<const float>(), smaller), InvalidArgument);
    EXPECT_THROW(deconvolver.run(image, smaller), InvalidArgument);
    EXPECT_THROW(deconvolver.run(image, image), InvalidArgument);  // in place
    EXPECT_THROW(deconvolver.run({image.data(), {INT64_MAX, 2, 2}}, {image.data(), {INT64_MAX, 2, 2}}),
                 InvalidArgument);
}

TEST_P(Inputs, NegativeVoxelsAreTakenAsZeroAndCounted) {
    const Volume<float> image = random_volume({6, 7, 8}, 2, -1.f, 3.f);
    const Volume<float> clipped =
        volume_of({6, 7, 8}, [&](auto z, auto y, auto x) { return std::max(image.view()(z, y, x), 0.f); });
    DeconvolveOptions options = options_for(Method::wiener_butterworth, 2);
    const Restored a = restore(image, psf_, options), b = restore(clipped, psf_, options);
    EXPECT_EQ(largest_difference(a.image, b.image), 0);
    EXPECT_GT(a.report.negative_voxels, 0);
    EXPECT_THAT(a.report.warnings.back(),
                HasSubstr(std::to_string(a.report.negative_voxels) + " of 336 voxels are negative"));
    EXPECT_EQ(b.report.negative_voxels, 0);
}

TEST_P(Inputs, OneVoxel) {
    const Volume<float> image = constant_volume({1, 1, 1}, 5.f);
    for (const Boundary boundary : every_boundary)
        for (const Method method : every_method)
            EXPECT_NEAR(
                restore(image, gaussian_volume({1, 1, 1}, 1, 1, 1), options_for(method, 3, boundary)).image.data()[0],
                5, 1e-4);
}

TEST_P(Inputs, WhatOfAPsfCannotReachTheImageIsCutOffAndReported) {
    const Volume<float> image = random_volume({1, 9, 9}, 4, 1.f, 2.f), large = gaussian_volume({9, 5, 5}, 2, 1, 1);
    const Volume<float> plane = part_of(large, {4, 0, 0}, {1, 5, 5});
    const Restored cut = restore(image, large, one_), flat = restore(image, plane, one_);
    EXPECT_LT(largest_difference(cut.image, flat.image), 1e-5);
    EXPECT_NEAR(cut.report.psf_share_out_of_reach, 1 - sum_of(plane) / sum_of(large), 1e-6);
    EXPECT_EQ(flat.report.psf_share_out_of_reach, 0);
}

TEST_P(Inputs, DarkConstantAndSaturatedImages) {
    for (const float value : {0.f, 1.f, 65535.f, 1e-20f, 1e20f})
        for (const Method method : every_method) {
            const Restored restored = restore(constant_volume({6, 7, 8}, value), psf_, options_for(method, 3));
            EXPECT_LE(largest_difference(restored.image, constant_volume({6, 7, 8}, value)), 1e-4 * value + 1e-25)
                << value;
        }
}

TEST_P(Inputs, BackgroundAboveTheImageLeavesNothing) {
    DeconvolveOptions options = options_for(Method::matched, 3);
    options.background = 100;
    EXPECT_LT(peak_of(restore(constant_volume({4, 4, 4}, 50.f), psf_, options).image), 1e-20);
}

PLANAPO_ON_EVERY_MACHINE(Inputs);

TEST(Devices, UnknownNamesAreRefused) {
    for (const char* name : {"gpu", "", "cuda:", "cuda:x", "cuda:-1", "cpu:0", "cuda:1x"})
        EXPECT_THROW(Device{name}, InvalidArgument) << name;
    EXPECT_THROW(Device{"cuda:4096"}, DeviceUnavailable);
    EXPECT_TRUE(Device{"cpu"}.is_cpu());
    EXPECT_NO_THROW(Device{"auto"});
}

}  // namespace

}  // namespace planapo::testing
