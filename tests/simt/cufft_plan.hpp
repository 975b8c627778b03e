// One plan of the stand-in for cuFFT.
#pragma once

#include <fftw3.h>

#include <memory>
#include <vector>

#include "shim/cufft.h"

namespace simt {

/// How one side of a transform lies in memory, in elements of that side (real or complex).
struct FftLayout {
    std::vector<long long> extents;  // empty: contiguous, as cuFFT assumes
    long long stride = 1, distance = 0;
};

struct FftShape {
    std::vector<long long> lengths;
    FftLayout in, out;
    cufftType type = CUFFT_R2C;
    long long batch = 1;
};

class FftPlan {
public:
    explicit FftPlan(FftShape shape);

    bool valid() const;
    std::size_t work_bytes() const;
    cufftType type() const { return shape_.type; }

    /// Bytes from the first element to the last.
    std::size_t in_bytes(bool in_place) const;
    std::size_t out_bytes(bool in_place) const;

    /// Where the elements of the output lie, padding left out, counted in elements.
    std::vector<long long> out_offsets(bool in_place) const;

    /// Unnormalised. Out of place C2R leaves its input overwritten, as cuFFT may.
    void execute(void* in, void* out, int direction);

private:
    using Native = std::unique_ptr<fftwf_plan_s, void (*)(fftwf_plan_s*)>;

    struct Strides {
        std::vector<long long> of_axis;
        long long distance;
    };
    Strides strides(const FftLayout& layout, bool real, bool in_place) const;
    long long count(std::size_t axis, bool real) const;
    std::size_t reach(const FftLayout& layout, bool is_input, bool in_place) const;
    Native make(void* in, void* out, int direction) const;

    FftShape shape_;
    Native native_[2][2];  // by in place, forward
};

}  // namespace simt
