// Timed plans, and what is remembered of them: whatever lies in the cache, the transforms are right.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/device_grid.hpp"
#include "common/volumes.hpp"
#include "cpu/fft_library/plans.hpp"

namespace planapo::testing {

namespace {

namespace fs = std::filesystem;

class TimedPlans : public ::testing::Test {
protected:
    void SetUp() override {
        if (!fft_library().plans_need_timing) GTEST_SKIP() << "MKL plans without timing.";
        fft_library().forget_wisdom();
        setenv("XDG_CACHE_HOME", cache_.c_str(), 1);
        fs::create_directories(wisdom().parent_path());
    }
    void TearDown() override {
        unsetenv("XDG_CACHE_HOME");
        fs::remove_all(cache_);
    }

    fs::path wisdom() const { return cache_ / "planapo" / "fftwf-wisdom"; }

    static void expect_round_trip() {
        const Volume<float> image = random_volume(shape_, 1);
        DeviceGrid planned(shape_, Device()), grid(image, Device());
        const FftPlans plans = timed_plans(fft_library(), planned.view());
        ASSERT_TRUE(plans);
        plans.forward(grid.view());
        plans.inverse(grid.view());
        const auto scale = static_cast<float>(shape_.voxels());
        const Volume<float> back = grid.voxels();
        // Some roundings of voxels below 1.
        for_each_voxel(shape_, [&](auto z, auto y, auto x) {
            ASSERT_NEAR(back.view()(z, y, x) / scale, image.view()(z, y, x), 2e-6);
        });
    }

    static constexpr Shape shape_{12, 20, 30};
    const fs::path cache_ = fs::path(::testing::TempDir()) /
                            (std::string("planapo-") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(TimedPlans, TransformWithAnEmptyCacheAndWithAFullOne) {
    expect_round_trip();
    fft_library().forget_wisdom();  // as a new process would start
    expect_round_trip();
}

TEST_F(TimedPlans, LeaveNothingButWisdomBehind) {
    expect_round_trip();
    for (const auto& entry : fs::directory_iterator(wisdom().parent_path())) EXPECT_EQ(entry.path(), wisdom());
}

TEST_F(TimedPlans, TransformWhereTheCacheHoldsRubbish) {
    std::ofstream(wisdom()) << "(fftw-3.3.10 fftwf_wisdom #x0 #x0";
    expect_round_trip();
}

TEST_F(TimedPlans, TransformWhereThereCanBeNoCache) {
    fs::remove_all(cache_);
    std::ofstream(cache_) << "a file in the place of the folder";
    expect_round_trip();
}

}  // namespace

}  // namespace planapo::testing
