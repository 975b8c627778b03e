// The callbacks of the stand-in for cuFFT.
#include <cmath>

#include <cufftXt.h>

#include "callback_image.hpp"
#include "support.hpp"

namespace planapo::self_test {
namespace {

constexpr cufftComplex stored{7, -7};

__device__ void store_index(void* out, unsigned long long offset, cufftComplex, void* factor, void*) {
    static_cast<cufftComplex*>(out)[offset] = {static_cast<float>(offset) * *static_cast<float*>(factor), 0};
}
__device__ void store_at_the_start(void* out, unsigned long long, cufftComplex, void*, void*) {
    static_cast<cufftComplex*>(out)[0] = stored;
}
__device__ void store_nothing(void*, unsigned long long, cufftComplex, void*, void*) {}
__device__ void store_too_far(void* out, unsigned long long offset, cufftComplex, void*, void*) {
    static_cast<cufftComplex*>(out)[offset + 4] = stored;
}

constexpr simt::CallbackImage of(cufftJITCallbackStoreC function) { return {"store", function}; }

/// A plan of 2 rows of 6 voxels, whose spectra lie in rows of `pitch` coefficients.
class Plan {
public:
    Plan() { EXPECT_EQ(cufftCreate(&handle_), CUFFT_SUCCESS); }
    ~Plan() { cufftDestroy(handle_); }
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    cufftResult set(const simt::CallbackImage& image, const char* symbol = "store", void** info = nullptr) {
        return cufftXtSetJITCallback(handle_, symbol, &image, sizeof image, CUFFT_CB_ST_COMPLEX, info);
    }
    cufftResult make(cufftType type = CUFFT_R2C, long long pitch = 4) {
        long long lengths[] = {2, 6}, real[] = {2, 2 * pitch}, spectrum[] = {2, pitch};
        std::size_t work = 0;
        return type == CUFFT_R2C ? cufftMakePlanMany64(handle_, 2, lengths, real, 1, 0, spectrum, 1, 0, type, 1, &work)
                                 : cufftMakePlanMany64(handle_, 2, lengths, spectrum, 1, 0, real, 1, 0, type, 1, &work);
    }
    void execute(const DeviceArray& grid) {
        EXPECT_EQ(cufftExecR2C(handle_, grid.data(), reinterpret_cast<cufftComplex*>(grid.data())), CUFFT_SUCCESS);
    }

private:
    cufftHandle handle_ = 0;
};

TEST(Callbacks, AreCalledForEveryElementAndForNoPadding) {
    const DeviceArray grid(std::vector<float>(20, -1.f)), factor(std::vector<float>{3.f});
    const simt::CallbackImage image = of(store_index);
    void* info = factor.data();
    Plan plan;
    ASSERT_EQ(plan.set(image, "store", &info), CUFFT_SUCCESS);
    ASSERT_EQ(plan.make(CUFFT_R2C, 5), CUFFT_SUCCESS);
    plan.execute(grid);

    const auto values = grid.values();
    for (std::size_t i = 0; i < 10; ++i) {
        const bool padding = i % 5 == 4;
        EXPECT_EQ(values[2 * i], padding ? -1.f : 3.f * static_cast<float>(i)) << i;
        EXPECT_EQ(values[2 * i + 1], padding ? -1.f : 0.f) << i;
    }
}

TEST(Callbacks, NobodyElseStores) {
    const DeviceArray grid(std::vector<float>(16, 1.f));
    const simt::CallbackImage image = of(store_nothing);
    Plan plan;
    ASSERT_EQ(plan.set(image), CUFFT_SUCCESS);
    ASSERT_EQ(plan.make(), CUFFT_SUCCESS);
    plan.execute(grid);
    for (const float value : grid.values()) EXPECT_TRUE(std::isnan(value));
}

TEST(Callbacks, AreRefusedAsByCuFft) {
    const simt::CallbackImage image = of(store_nothing);
    Plan made, unknown, inverse, empty;
    ASSERT_EQ(made.make(), CUFFT_SUCCESS);
    EXPECT_EQ(made.set(image), CUFFT_INVALID_PLAN) << "the plan is made already";
    EXPECT_EQ(empty.set(image, nullptr), CUFFT_INVALID_VALUE);
    ASSERT_EQ(unknown.set(image, "another"), CUFFT_SUCCESS);
    EXPECT_EQ(unknown.make(), CUFFT_NVJITLINK_FAILURE);
    ASSERT_EQ(inverse.set(image), CUFFT_SUCCESS);
    EXPECT_EQ(inverse.make(CUFFT_C2R), CUFFT_INVALID_TYPE) << "it stores reals";
}

TEST(Callbacks, ARaceBetweenThemIsReported) {
    NEEDS_TSAN();
    const DeviceArray grid(std::vector<float>(16, 1.f));
    const simt::CallbackImage image = of(store_at_the_start);
    Plan plan;
    ASSERT_EQ(plan.set(image), CUFFT_SUCCESS);
    ASSERT_EQ(plan.make(), CUFFT_SUCCESS);
    EXPECT_RACE(plan.execute(grid), "data race.*store_at_the_start");
}

TEST(Callbacks, AStoreBeyondTheAllocationIsReported) {
    NEEDS_ASAN();
    const DeviceArray grid(std::vector<float>(16, 1.f));
    const simt::CallbackImage image = of(store_too_far);
    Plan plan;
    ASSERT_EQ(plan.set(image), CUFFT_SUCCESS);
    ASSERT_EQ(plan.make(), CUFFT_SUCCESS);
    EXPECT_DEATH(plan.execute(grid), "store_too_far");
}

}  // namespace
}  // namespace planapo::self_test
