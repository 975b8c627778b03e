// FFTs of the GPU, in place, by cuFFT; and filters, whose product cuFFT may do as well (callbacks/).
#include <algorithm>
#include <cassert>

#include "../src/plain_filter.hpp"
#include "plugin/backend.hpp"
#include "plugin/fft_plan.hpp"

namespace planapo::cuda {

namespace {

/// The work area for both directions and the filters: cuFFT may give a plan with a callback another one than without.
std::int64_t work_bytes(const FftLayout& layout, const FftPlan& forward, const FftPlan& inverse) {
    const std::int64_t fused = callbacks_wanted() ? FftPlan(layout, nullptr).work_bytes() : 0;
    return std::max({forward.work_bytes(), inverse.work_bytes(), fused});
}

/// A forward transform of its own, because a plan's callback knows one OTF.
class FusedFilter final : public Filter {
public:
    FusedFilter(CudaBackend& backend, Transform& transform, const FftLayout& layout, const Factor& by, void* work_area)
        : backend_(backend),
          transform_(transform),
          factor_(sizeof by, backend.index()),
          forward_(layout, static_cast<const Factor*>(factor_.data())) {
        if (work_area != nullptr) forward_.use_work_area(work_area);
        backend.copy(&by, factor_.data(), sizeof by, {});
        backend.wait({});
    }

    void apply(View<float> grid, const Stream& stream) override {
        {
            const DeviceGuard guard(backend_.index());
            forward_.execute(grid, backend_.queue(stream));
        }
        transform_.inverse(grid, stream);
    }

private:
    const CudaBackend& backend_;
    Transform& transform_;
    OwnedMemory factor_;
    FftPlan forward_;
};

/// Both directions, and the filters, share one work area: use them from one stream at a time.
class CudaTransform final : public Transform {
public:
    CudaTransform(CudaBackend& backend, Shape grid)
        : backend_(backend),
          shape_(grid),
          layout_(grid),
          fused_(callbacks_wanted()),
          forward_(layout_, CUFFT_R2C),
          inverse_(layout_, CUFFT_C2R) {
        const std::int64_t bytes = work_bytes(layout_, forward_, inverse_);
        if (bytes == 0) return;
        work_ = Buffer(bytes, Device(backend.device_name()));
        forward_.use_work_area(work_.data());
        inverse_.use_work_area(work_.data());
    }

    void forward(View<float> grid, const Stream& stream) override { execute(forward_, grid, stream); }
    void inverse(View<float> grid, const Stream& stream) override { execute(inverse_, grid, stream); }

    std::unique_ptr<Filter> filter(View<const Complex> otf, Conjugate conjugate) override {
        assert(otf.contiguous());
        if (!fused_) return std::make_unique<PlainFilter>(backend_, *this, otf, conjugate);
        const DeviceGuard guard(backend_.index());
        const View<const Complex> row(otf.data(), {1, 1, otf.shape().voxels()});
        return std::make_unique<FusedFilter>(backend_, *this, layout_, Factor{row, conjugate}, work_.data());
    }

private:
    void execute(FftPlan& plan, View<float> grid, const Stream& stream) {
        assert(grid.shape() == shape_);
        const DeviceGuard guard(backend_.index());
        plan.execute(grid, backend_.queue(stream));
    }

    CudaBackend& backend_;
    Shape shape_;
    FftLayout layout_;
    bool fused_;
    FftPlan forward_, inverse_;
    Buffer work_;
};

}  // namespace

std::int64_t CudaBackend::transform_bytes(Shape grid) const {
    const DeviceGuard guard(index_);
    const FftLayout layout(grid);
    return work_bytes(layout, FftPlan(layout, CUFFT_R2C), FftPlan(layout, CUFFT_C2R));
}

// cuFFT chooses by rules of its own and times nothing: `planning` makes no difference, and the grid is not touched.
std::unique_ptr<Transform> CudaBackend::plan_transform(View<float> grid, Planning) {
    assert(grid.row_stride() == 2 * (grid.shape().x / 2 + 1) &&
           grid.slice_stride() == grid.row_stride() * grid.shape().y);
    const DeviceGuard guard(index_);
    return std::make_unique<CudaTransform>(*this, grid.shape());
}

}  // namespace planapo::cuda
