// The stand-in for cuFFT, against sums of sines in double precision.
#include <cmath>
#include <complex>
#include <numbers>

#include <cufft.h>

#include "support.hpp"

namespace planapo::self_test {
namespace {

using Spectrum = std::vector<std::complex<double>>;

/// The half spectrum of a real volume, term by term.
Spectrum reference_spectrum(const std::vector<float>& in, Shape shape) {
    const auto half = shape.x / 2 + 1;
    Spectrum out;
    for (std::int64_t i = 0; i < shape.rows() * half; ++i) {
        const auto kz = i / half / shape.y, ky = i / half % shape.y, kx = i % half;
        std::complex<double> sum = 0;
        for (std::int64_t j = 0; j < shape.voxels(); ++j) {
            const auto z = j / shape.x / shape.y, y = j / shape.x % shape.y, x = j % shape.x;
            const double turns =
                double(kz * z) / double(shape.z) + double(ky * y) / double(shape.y) + double(kx * x) / double(shape.x);
            sum += std::polar(double(in[static_cast<std::size_t>(j)]), -2 * std::numbers::pi * turns);
        }
        out.push_back(sum);
    }
    return out;
}

/// Rows padded to 2 (x / 2 + 1) floats, as an in-place transform has them; the padding is NaN.
std::vector<float> padded(const std::vector<float>& in, Shape shape) {
    const auto pitch = 2 * (shape.x / 2 + 1);
    std::vector<float> out(static_cast<std::size_t>(shape.rows() * pitch), std::nanf(""));
    for (std::int64_t row = 0; row < shape.rows(); ++row)
        std::copy_n(in.begin() + row * shape.x, shape.x, out.begin() + row * pitch);
    return out;
}

class Plan {
public:
    Plan(Shape shape, cufftType type) {
        EXPECT_EQ(cufftCreate(&handle_), CUFFT_SUCCESS);
        std::size_t work = 0;
        EXPECT_EQ(cufftMakePlan3d(handle_, int(shape.z), int(shape.y), int(shape.x), type, &work), CUFFT_SUCCESS);
    }
    ~Plan() { cufftDestroy(handle_); }
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
    cufftHandle get() const { return handle_; }

private:
    cufftHandle handle_ = 0;
};

cufftComplex* as_complex(const DeviceArray& memory) { return reinterpret_cast<cufftComplex*>(memory.data()); }

class FftShapes : public ::testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(Parities, FftShapes,
                         ::testing::Values(Shape{1, 1, 1}, Shape{1, 1, 9}, Shape{1, 6, 8}, Shape{3, 4, 5},
                                           Shape{4, 5, 6}, Shape{5, 3, 7}));

TEST_P(FftShapes, InPlaceThereAndBack) {
    const Shape shape = GetParam();
    const auto image = whole_numbers(shape.voxels());
    const DeviceArray grid(padded(image, shape));
    const Plan forward(shape, CUFFT_R2C), inverse(shape, CUFFT_C2R);

    ASSERT_EQ(cufftExecR2C(forward.get(), grid.data(), as_complex(grid)), CUFFT_SUCCESS);
    const auto spectrum = grid.values();
    ASSERT_EQ(cufftExecC2R(inverse.get(), as_complex(grid), grid.data()), CUFFT_SUCCESS);
    const auto back = grid.values();

    // Rounding of single precision, of which an FFT of this size does a few dozen on the largest term.
    const double tolerance = 1e-6 * 101 * double(shape.voxels());
    const auto expected = reference_spectrum(image, shape);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_NEAR(spectrum[2 * i], expected[i].real(), tolerance) << i;
        EXPECT_NEAR(spectrum[2 * i + 1], expected[i].imag(), tolerance) << i;
    }
    const auto pitch = 2 * (shape.x / 2 + 1);
    for (std::int64_t i = 0; i < shape.voxels(); ++i)
        EXPECT_NEAR(back[static_cast<std::size_t>(i / shape.x * pitch + i % shape.x)],
                    image[static_cast<std::size_t>(i)] * double(shape.voxels()), tolerance);
}

TEST(Fft, BatchOfPlanesEqualsPlanes) {
    constexpr Shape plane{1, 5, 6};
    const auto image = whole_numbers(3 * plane.voxels());
    const DeviceArray in(image), out(3 * 5 * 4 * 2);
    long long lengths[] = {5, 6};
    std::size_t work = 0;
    cufftHandle plan;
    ASSERT_EQ(cufftCreate(&plan), CUFFT_SUCCESS);
    ASSERT_EQ(cufftMakePlanMany64(plan, 2, lengths, nullptr, 1, 0, nullptr, 1, 0, CUFFT_R2C, 3, &work), CUFFT_SUCCESS);
    ASSERT_EQ(cufftExecR2C(plan, in.data(), as_complex(out)), CUFFT_SUCCESS);
    cufftDestroy(plan);

    const auto values = out.values();
    for (std::int64_t i = 0; i < 3; ++i) {
        const std::vector<float> one(image.begin() + i * 30, image.begin() + (i + 1) * 30);
        const auto expected = reference_spectrum(one, plane);
        for (std::size_t k = 0; k < 20; ++k)
            EXPECT_NEAR(values[2 * (static_cast<std::size_t>(i) * 20 + k)], expected[k].real(), 1e-6 * 101 * 30);
    }
}

TEST(Fft, OverwritesWhatCuFftMay) {
    constexpr Shape shape{3, 4, 5};
    const DeviceArray spectrum(std::vector<float>(3 * 4 * 3 * 2, 1.f)), grid(60);
    const Plan inverse(shape, CUFFT_C2R);
    ASSERT_EQ(cufftExecC2R(inverse.get(), as_complex(spectrum), grid.data()), CUFFT_SUCCESS);
    for (const float value : spectrum.values()) EXPECT_TRUE(std::isnan(value));
    for (const float value : grid.values()) EXPECT_FALSE(std::isnan(value));
}

TEST(Fft, WorkAreaIsAskedForAndOverwritten) {
    constexpr Shape shape{3, 4, 5};
    cufftHandle plan;
    std::size_t work = 0;
    ASSERT_EQ(cufftCreate(&plan), CUFFT_SUCCESS);
    ASSERT_EQ(cufftSetAutoAllocation(plan, 0), CUFFT_SUCCESS);
    ASSERT_EQ(cufftMakePlan3d(plan, 3, 4, 5, CUFFT_R2C, &work), CUFFT_SUCCESS);
    const DeviceArray grid(padded(whole_numbers(60), shape)), area(std::vector<float>(work / sizeof(float), 1.f));
    EXPECT_EQ(cufftExecR2C(plan, grid.data(), as_complex(grid)), CUFFT_NO_WORKSPACE);
    ASSERT_EQ(cufftSetWorkArea(plan, area.data()), CUFFT_SUCCESS);
    EXPECT_EQ(cufftExecR2C(plan, grid.data(), as_complex(grid)), CUFFT_SUCCESS);
    EXPECT_TRUE(std::isnan(area.values().back()));
    cufftDestroy(plan);
}

TEST(Fft, NeedsRoomForItsPadding) {
    const DeviceArray grid(60);
    const Plan forward({3, 4, 5}, CUFFT_R2C);
    EXPECT_CONTAINS(complaint([&] { cufftExecR2C(forward.get(), grid.data(), as_complex(grid)); }),
                    "the input of a transform");
}

}  // namespace
}  // namespace planapo::self_test
