// FFTs of the CPU, in place, by MKL or FFTW.
#include "../message.hpp"
#include "../plain_filter.hpp"
#include "backend.hpp"
#include "fft_library/plans.hpp"

namespace planapo {

namespace {

class CpuTransform final : public Transform {
public:
    explicit CpuTransform(FftPlans plans) : plans_(std::move(plans)) {}
    void forward(View<float> grid, const Stream&) override { plans_.forward(grid); }
    void inverse(View<float> grid, const Stream&) override { plans_.inverse(grid); }
    std::unique_ptr<Filter> filter(View<const Complex> otf, Conjugate conjugate) override {
        return std::make_unique<PlainFilter>(cpu_backend(), *this, otf, conjugate);
    }

private:
    FftPlans plans_;
};

}  // namespace

std::unique_ptr<Transform> CpuBackend::plan_transform(View<float> grid, Planning planning) {
    require(grid.shape().z < INT32_MAX && grid.shape().y < INT32_MAX && grid.shape().x < INT32_MAX,
            "An FFT of {} voxels is longer than 2^31 on one axis.", to_string(grid.shape()));
    FftLibrary& library = fft_library();
    const bool timed = planning == Planning::measure && library.plans_need_timing;
    FftPlans plans = timed ? timed_plans(library, grid) : FftPlans(library, grid, FftLibrary::estimate);
    if (!plans)
        throw DeviceError(
            fmt::format("{} cannot plan an FFT of {} voxels.", fft_library_status().name, to_string(grid.shape())));
    return std::make_unique<CpuTransform>(std::move(plans));
}

}  // namespace planapo
