// FFTs of the GPU, in place, by cuFFT.
#include <algorithm>
#include <cassert>
#include <functional>
#include <numeric>
#include <vector>

#include <cufft.h>
#include <fmt/format.h>

#include "plugin/backend.hpp"

namespace planapo::cuda {

namespace {

/// cuFFT has numbers for its errors, but no words.
const char* words_for(cufftResult result) {
    switch (result) {
        case CUFFT_ALLOC_FAILED:
            return "there is no memory for the plan";
        case CUFFT_INVALID_SIZE:
            return "it has no transform of this size";
        case CUFFT_INTERNAL_ERROR:
            return "an internal error, or a driver that is missing or too old";
        case CUFFT_SETUP_FAILED:
            return "it cannot be started";
        case CUFFT_EXEC_FAILED:
            return "the transform failed on the device";
        default:
            return "see cufftResult in cufft.h";
    }
}

void check(cufftResult result, const char* call, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    if (result == CUFFT_SUCCESS) return;
    const std::string sentence = fmt::format("{}: {}: cuFFT error {}, {} ({})", source_line(file, line), call,
                                             static_cast<int>(result), words_for(result), current_device());
    if (result == CUFFT_ALLOC_FAILED) throw OutOfMemory(sentence);
    throw DeviceError(sentence);
}

using Extents = std::vector<long long>;

long long product(const Extents& extents) {
    return std::accumulate(extents.begin(), extents.end(), 1LL, std::multiplies<>());
}

/// A grid as cuFFT is told of it. Axes of length 1 are left out: a single plane is a 2-D transform, a single row a 1-D
/// one.
struct Layout {
    Extents lengths, real, spectrum;  // real, spectrum: how long each axis is in memory

    explicit Layout(Shape grid) {
        for (const std::int64_t extent : {grid.z, grid.y})
            if (extent > 1) add(extent, extent, extent);
        const std::int64_t coefficients = grid.x / 2 + 1;
        add(grid.x, 2 * coefficients, coefficients);
    }
    void add(std::int64_t length, std::int64_t in_real, std::int64_t in_spectrum) {
        lengths.push_back(length);
        real.push_back(in_real);
        spectrum.push_back(in_spectrum);
    }
};

/// One direction. Its work area is set from outside, so that both directions use the same.
class Plan {
public:
    Plan(Layout layout, cufftType type) {
        check(cufftCreate(&handle_), "cufftCreate");
        try {
            check(cufftSetAutoAllocation(handle_, 0), "cufftSetAutoAllocation");
            Extents& in = type == CUFFT_R2C ? layout.real : layout.spectrum;
            Extents& out = type == CUFFT_R2C ? layout.spectrum : layout.real;
            // The one interface without a limit of 2^31 elements.
            check(cufftMakePlanMany64(handle_, static_cast<int>(layout.lengths.size()), layout.lengths.data(),
                                      in.data(), 1, product(in), out.data(), 1, product(out), type, 1, &work_bytes_),
                  "cufftMakePlanMany64");
        } catch (...) {
            cufftDestroy(handle_);
            throw;
        }
    }
    ~Plan() { cufftDestroy(handle_); }  // fails only where the driver has shut down already
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    std::int64_t work_bytes() const { return static_cast<std::int64_t>(work_bytes_); }
    void use_work_area(void* area) { check(cufftSetWorkArea(handle_, area), "cufftSetWorkArea"); }
    cufftHandle on(cudaStream_t stream) const {
        check(cufftSetStream(handle_, stream), "cufftSetStream");
        return handle_;
    }

private:
    cufftHandle handle_{};
    std::size_t work_bytes_ = 0;
};

/// Both directions share one work area: use it from one stream at a time.
class CudaTransform final : public Transform {
public:
    CudaTransform(const CudaBackend& backend, Shape grid)
        : backend_(backend), shape_(grid), forward_(Layout(grid), CUFFT_R2C), inverse_(Layout(grid), CUFFT_C2R) {
        const std::int64_t bytes = std::max(forward_.work_bytes(), inverse_.work_bytes());
        if (bytes == 0) return;
        work_ = Buffer(bytes, Device(backend.device_name()));
        forward_.use_work_area(work_.data());
        inverse_.use_work_area(work_.data());
    }

    void forward(View<float> grid, const Stream& stream) override {
        assert(grid.shape() == shape_);
        const DeviceGuard guard(backend_.index());
        check(cufftExecR2C(forward_.on(backend_.queue(stream)), grid.data(), spectrum_in(grid)), "cufftExecR2C");
    }

    void inverse(View<float> grid, const Stream& stream) override {
        assert(grid.shape() == shape_);
        const DeviceGuard guard(backend_.index());
        check(cufftExecC2R(inverse_.on(backend_.queue(stream)), spectrum_in(grid), grid.data()), "cufftExecC2R");
    }

private:
    static cufftComplex* spectrum_in(View<float> grid) { return reinterpret_cast<cufftComplex*>(grid.data()); }

    const CudaBackend& backend_;
    Shape shape_;
    Plan forward_, inverse_;
    Buffer work_;
};

}  // namespace

std::int64_t CudaBackend::transform_bytes(Shape grid) const {
    const DeviceGuard guard(index_);
    const Layout layout(grid);
    return std::max(Plan(layout, CUFFT_R2C).work_bytes(), Plan(layout, CUFFT_C2R).work_bytes());
}

// cuFFT chooses by rules of its own and times nothing: `planning` makes no difference, and the grid is not touched.
std::unique_ptr<Transform> CudaBackend::plan_transform(View<float> grid, Planning) {
    assert(grid.row_stride() == 2 * (grid.shape().x / 2 + 1) &&
           grid.slice_stride() == grid.row_stride() * grid.shape().y);
    const DeviceGuard guard(index_);
    return std::make_unique<CudaTransform>(*this, grid.shape());
}

}  // namespace planapo::cuda
