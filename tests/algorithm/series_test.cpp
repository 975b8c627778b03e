// A series of images gives what each of them gives alone, in order; trouble on the way reaches the caller.
#include <gmock/gmock.h>

#include <atomic>
#include <limits>
#include <stdexcept>
#include <thread>

#include "restoring.hpp"

namespace planapo::testing {

namespace {

class Series : public Restoring {
protected:
    const Volume<float> psf_ = gaussian_volume({3, 4, 5}, 0.8, 0.9, 1);
    const DeconvolveOptions options_ = options_for(Method::wiener_butterworth, 2);
    static constexpr Shape shape_{5, 8, 9};

    static Volume<float> image(std::int64_t index) {
        return random_volume(shape_, static_cast<unsigned>(index), 0.f, 60000.f);
    }
    static void copy(View<const float> from, View<float> to) {
        for_each_voxel(shape_, [&](auto z, auto y, auto x) { to(z, y, x) = from(z, y, x); });
    }
    static void read(std::int64_t index, View<float> into) { copy(image(index), into); }
    static void ignore(std::int64_t, View<const float>, const DeconvolveReport&) {}
};

TEST_P(Series, GivesWhatEachImageGivesAlone) {
    for (const std::int64_t count : {1, 2, 5}) {
        std::vector<std::int64_t> order;
        Deconvolver deconvolver(psf_, options_, device());
        deconvolver.run_series<float>(
            {shape_, count}, read, [&](std::int64_t index, View<const float> result, const DeconvolveReport& report) {
                order.push_back(index);
                EXPECT_EQ(report.iterations, 2);
                EXPECT_EQ(largest_difference(result, restore(image(index), psf_, options_).image), 0);
            });
        ASSERT_EQ(static_cast<std::int64_t>(order.size()), count);
        EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    }
}

TEST_P(Series, OfWhatACameraRecordedIsTheSameAsOfFloats) {
    Deconvolver deconvolver(psf_, options_, device());
    Volume<std::uint16_t> recorded(shape_);
    Volume<float> as_float(shape_), expected(shape_), found(shape_);
    for (std::int64_t i = 0; i < shape_.voxels(); ++i)
        as_float.data()[i] = recorded.data()[i] = static_cast<std::uint16_t>(i * 7919 % 65536);
    deconvolver.run(as_float, expected);
    deconvolver.run(recorded.view(), found);
    EXPECT_EQ(largest_difference(found, expected), 0);
    deconvolver.run_series<std::uint16_t>(
        {shape_, 2},
        [&](std::int64_t, View<std::uint16_t> into) { std::copy_n(recorded.data(), shape_.voxels(), into.data()); },
        [&](std::int64_t, View<const float> result, const DeconvolveReport&) {
            EXPECT_EQ(largest_difference(result, expected), 0);
        });
}

TEST_P(Series, EachChannelKeepsTheIterationsOfItsFirstImage) {
    DeconvolveOptions automatic = options_;
    automatic.iterations = {};
    // One channel of structure and one of nothing, for which one iteration is enough; then the other way round.
    const auto in_turn = [&](std::int64_t index, View<float> into) {
        const bool structure = index == 0 || index == 3;
        copy(structure ? image(7) : constant_volume(shape_, 100.f), into);
    };
    const int alone = restore(image(7), psf_, automatic).report.iterations;
    const int nothing = restore(constant_volume(shape_, 100.f), psf_, automatic).report.iterations;
    ASSERT_NE(alone, nothing);
    std::vector<int> iterations;
    Deconvolver deconvolver(psf_, automatic, device());
    const auto note = [&](std::int64_t index, View<const float> result, const DeconvolveReport& report) {
        iterations.push_back(report.iterations);
        DeconvolveOptions fixed = automatic;
        fixed.iterations = report.iterations;
        Volume<float> read(shape_);
        in_turn(index, read);
        EXPECT_EQ(largest_difference(result, restore(read, psf_, fixed).image), 0);
    };
    deconvolver.run_series<float>({shape_, 4, 2}, in_turn, note);
    EXPECT_EQ(iterations, (std::vector{alone, nothing, alone, nothing}));
    EXPECT_EQ(deconvolver.run(constant_volume(shape_, 100.f), Volume<float>(shape_)).iterations, nothing);
}

TEST_P(Series, ProgressCountsImagesAndStops) {
    Deconvolver deconvolver(psf_, options_, device());
    std::vector<double> done;
    const auto note = [&](double step, double total) {
        EXPECT_EQ(total, 3);
        done.push_back(step);
        return true;
    };
    deconvolver.run_series<float>({shape_, 3}, read, ignore, note);
    EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
    EXPECT_EQ(done.back(), 3);
    EXPECT_THROW(
        deconvolver.run_series<float>({shape_, 3}, read, ignore, [](double step, double) { return step < 1.5; }),
        Cancelled);
}

TEST_P(Series, TroubleReachesTheCaller) {
    Deconvolver deconvolver(psf_, options_, device());
    const auto broken = [](std::int64_t index, View<float> into) {
        if (index == 1) throw std::domain_error("unreadable");
        read(index, into);
    };
    const auto full = [](std::int64_t, View<const float>, const DeconvolveReport&) { throw std::domain_error("full"); };
    EXPECT_THROW(deconvolver.run_series<float>({shape_, 3}, broken, ignore), std::domain_error);
    EXPECT_THROW(deconvolver.run_series<float>({shape_, 3}, read, full), std::domain_error);
    EXPECT_THROW(deconvolver.run_series<float>({shape_, 0}, read, ignore), InvalidArgument);
    EXPECT_THROW(deconvolver.run_series<float>({shape_, 2, 3}, read, ignore), InvalidArgument);
    EXPECT_THROW(deconvolver.run_series<float>({shape_, 2, 0}, read, ignore), InvalidArgument);
    EXPECT_THROW(deconvolver.run_series<float>({shape_, 2}, {}, ignore), InvalidArgument);
    EXPECT_THROW(deconvolver.run_series<float>({shape_, 2}, read, {}), InvalidArgument);
    EXPECT_NO_THROW(deconvolver.run_series<float>({shape_, 1}, read, ignore));
}

TEST_P(Series, IsStoppedWhileItWaitsForAnImage) {
    Deconvolver deconvolver(psf_, options_, device());
    std::atomic<bool> stopped = false;
    const auto slow = [&](std::int64_t index, View<float> into) {
        while (index == 1 && !stopped) std::this_thread::yield();  // for ever, if nobody asks meanwhile
        read(index, into);
    };
    int asked_after_the_first = 0;
    const auto stop = [&](double done, double) {
        if (done >= 1 && ++asked_after_the_first > 2) stopped = true;
        return !stopped;
    };
    EXPECT_THROW(deconvolver.run_series<float>({shape_, 2}, slow, ignore, stop), Cancelled);
}

TEST_P(Series, WhatProgressThrowsIsNotChanged) {
    Deconvolver deconvolver(psf_, options_, device());
    const auto refuse = [](double, double) -> bool { throw InvalidArgument("from the caller"); };
    try {
        deconvolver.run_series<float>({shape_, 3}, read, ignore, refuse);
        ADD_FAILURE() << "it went on";
    } catch (const InvalidArgument& reason) {
        EXPECT_STREQ(reason.what(), "from the caller");
    }
}

TEST_P(Series, WhatIsRefusedIsNamed) {
    Deconvolver deconvolver(psf_, options_, device());
    const auto reason_for = [&](const planapo::Series& series) {
        const auto dead_pixel = [&](std::int64_t index, View<float> into) {
            read(index, into);
            if (index == series.images - 1) into(0, 0, 2) = std::numeric_limits<float>::quiet_NaN();
        };
        try {
            deconvolver.run_series<float>(series, dead_pixel, ignore);
        } catch (const InvalidArgument& reason) {
            return std::string(reason.what());
        }
        return std::string();
    };
    using ::testing::StartsWith;
    EXPECT_THAT(reason_for({shape_, 3}), StartsWith("Image 3 of 3: The image has 1 voxel"));
    EXPECT_THAT(reason_for({shape_, 6, 2}), StartsWith("Image 3 of 3 in channel 2 of 2: The image has 1 voxel"));
    EXPECT_THAT(reason_for({shape_, 1}), StartsWith("The image has 1 voxel"));
}

PLANAPO_ON_EVERY_MACHINE(Series);

}  // namespace

}  // namespace planapo::testing
