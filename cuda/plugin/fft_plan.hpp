// The owner of cuFFT's handles: one direction of a transform.
#pragma once

#include <cstdint>
#include <vector>

#include <cufft.h>

#include <planapo/volume.hpp>

#include "../callbacks/callbacks.hpp"

namespace planapo::cuda {

/// A grid as cuFFT is told of it. Axes of length 1 are left out: a single plane is a 2-D transform, a single row a 1-D
/// one.
struct FftLayout {
    std::vector<long long> lengths, real, spectrum;  // real, spectrum: how long each axis is in memory

    explicit FftLayout(Shape grid);
};

/// One direction, in place. Its work area is set from outside, so that several plans use the same.
class FftPlan {
public:
    FftPlan(const FftLayout& layout, cufftType type);
    /// Forward, with the product. `factor` lies on the device, where it outlives the plan; it is looked at when the
    /// plan is executed.
    FftPlan(const FftLayout& layout, const Factor* factor);
    ~FftPlan();
    FftPlan(const FftPlan&) = delete;
    FftPlan& operator=(const FftPlan&) = delete;

    std::int64_t work_bytes() const { return static_cast<std::int64_t>(work_bytes_); }
    void use_work_area(void* area);
    void execute(View<float> grid, cudaStream_t stream);

private:
    void set_callback();
    cufftResult make(FftLayout layout);

    cufftType type_;
    void* factor_ = nullptr;  // cuFFT is given the address of this
    cufftHandle handle_{};
    std::size_t work_bytes_ = 0;
};

}  // namespace planapo::cuda
