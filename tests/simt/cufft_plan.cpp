// One plan of the stand-in for cuFFT, by FFTW's guru interface.
#include "cufft_plan.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

namespace simt {
namespace {

// FFTW's planner serves one at a time. Never destroyed: see memory.cpp.
std::mutex& planner_mutex = *new std::mutex;

void destroy(fftwf_plan_s* plan) {
    const std::lock_guard lock(planner_mutex);
    fftwf_destroy_plan(plan);
}

}  // namespace

FftPlan::FftPlan(FftShape shape)
    : shape_(std::move(shape)),
      native_{{{nullptr, destroy}, {nullptr, destroy}}, {{nullptr, destroy}, {nullptr, destroy}}} {}

bool FftPlan::valid() const {
    const auto& lengths = shape_.lengths;
    return !lengths.empty() && lengths.size() <= 3 && shape_.batch >= 1 && *std::ranges::min_element(lengths) >= 1;
}

/// As much as the spectrum: what cuFFT asks for is of that order.
std::size_t FftPlan::work_bytes() const {
    auto elements = static_cast<std::size_t>(shape_.batch) * sizeof(cufftComplex);
    for (const auto length : shape_.lengths) elements *= static_cast<std::size_t>(length);
    const auto last = static_cast<std::size_t>(shape_.lengths.back());
    return shape_.type == CUFFT_C2C ? elements : elements / last * (last / 2 + 1);
}

FftPlan::Strides FftPlan::strides(const FftLayout& layout, bool real, bool in_place) const {
    auto extents = layout.extents;
    if (extents.empty()) {
        extents = shape_.lengths;
        const auto row = extents.back(), coefficients = row / 2 + 1;
        // In place the rows of a real grid are padded, so that the half spectrum has room.
        if (shape_.type != CUFFT_C2C) extents.back() = !real ? coefficients : in_place ? 2 * coefficients : row;
    }
    Strides result{std::vector<long long>(extents.size()), layout.distance};
    long long stride = layout.extents.empty() ? 1 : layout.stride;
    for (auto axis = extents.size(); axis-- > 0; stride *= extents[axis]) result.of_axis[axis] = stride;
    if (layout.extents.empty()) result.distance = stride;
    return result;
}

/// Elements on an axis: half spectra are halved on the last.
long long FftPlan::count(std::size_t axis, bool real) const {
    const bool halved = axis + 1 == shape_.lengths.size() && !real && shape_.type != CUFFT_C2C;
    return halved ? shape_.lengths[axis] / 2 + 1 : shape_.lengths[axis];
}

std::vector<long long> FftPlan::out_offsets(bool in_place) const {
    const bool real = shape_.type == CUFFT_C2R;
    const auto [of_axis, distance] = strides(shape_.out, real, in_place);
    std::vector<long long> offsets;
    for (long long i = 0; i < shape_.batch; ++i) offsets.push_back(i * distance);
    for (std::size_t axis = 0; axis < of_axis.size(); ++axis) {
        std::vector<long long> finer;
        for (const auto offset : offsets)
            for (long long i = 0; i < count(axis, real); ++i) finer.push_back(offset + i * of_axis[axis]);
        offsets = std::move(finer);
    }
    return offsets;
}

std::size_t FftPlan::reach(const FftLayout& layout, bool is_input, bool in_place) const {
    const bool real = shape_.type == (is_input ? CUFFT_R2C : CUFFT_C2R);
    const auto [of_axis, distance] = strides(layout, real, in_place);
    long long last = (shape_.batch - 1) * distance;
    for (std::size_t axis = 0; axis < of_axis.size(); ++axis) {
        last += (count(axis, real) - 1) * of_axis[axis];
    }
    return static_cast<std::size_t>(last + 1) * (real ? sizeof(cufftReal) : sizeof(cufftComplex));
}

std::size_t FftPlan::in_bytes(bool in_place) const { return reach(shape_.in, true, in_place); }
std::size_t FftPlan::out_bytes(bool in_place) const { return reach(shape_.out, false, in_place); }

FftPlan::Native FftPlan::make(void* in, void* out, int direction) const {
    const bool in_place = in == out;
    const auto from = strides(shape_.in, shape_.type == CUFFT_R2C, in_place);
    const auto to = strides(shape_.out, shape_.type == CUFFT_C2R, in_place);
    std::vector<fftwf_iodim64> axes;
    for (std::size_t i = 0; i < shape_.lengths.size(); ++i)
        axes.push_back({static_cast<std::ptrdiff_t>(shape_.lengths[i]), static_cast<std::ptrdiff_t>(from.of_axis[i]),
                        static_cast<std::ptrdiff_t>(to.of_axis[i])});
    const fftwf_iodim64 batch{static_cast<std::ptrdiff_t>(shape_.batch), static_cast<std::ptrdiff_t>(from.distance),
                              static_cast<std::ptrdiff_t>(to.distance)};
    const int rank = static_cast<int>(axes.size());
    constexpr unsigned flags = FFTW_ESTIMATE | FFTW_UNALIGNED;  // looks at no data, takes any address
    auto* real_in = static_cast<float*>(in);
    auto* real_out = static_cast<float*>(out);
    auto* complex_in = static_cast<fftwf_complex*>(in);
    auto* complex_out = static_cast<fftwf_complex*>(out);
    const std::lock_guard lock(planner_mutex);
    if (shape_.type == CUFFT_R2C)
        return {fftwf_plan_guru64_dft_r2c(rank, axes.data(), 1, &batch, real_in, complex_out, flags), destroy};
    if (shape_.type == CUFFT_C2R)
        return {fftwf_plan_guru64_dft_c2r(rank, axes.data(), 1, &batch, complex_in, real_out, flags), destroy};
    return {fftwf_plan_guru64_dft(rank, axes.data(), 1, &batch, complex_in, complex_out, direction, flags), destroy};
}

void FftPlan::execute(void* in, void* out, int direction) {
    const bool in_place = in == out;
    auto& native = native_[in_place][direction == CUFFT_FORWARD];
    if (!native) native = make(in, out, direction);
    auto* complex_in = static_cast<fftwf_complex*>(in);
    auto* complex_out = static_cast<fftwf_complex*>(out);
    if (shape_.type == CUFFT_R2C) fftwf_execute_dft_r2c(native.get(), static_cast<float*>(in), complex_out);
    if (shape_.type == CUFFT_C2R) fftwf_execute_dft_c2r(native.get(), complex_in, static_cast<float*>(out));
    if (shape_.type == CUFFT_C2C) fftwf_execute_dft(native.get(), complex_in, complex_out);
    if (shape_.type == CUFFT_C2R && !in_place) std::memset(in, 0xff, in_bytes(false));
}

}  // namespace simt
