// FFTs of the CPU, in place, by MKL or FFTW.
#include <cstdlib>
#include <string>
#include <vector>

#include "../message.hpp"
#include "../platform.hpp"
#include "backend.hpp"
#include "fft_library/fft_library.hpp"

namespace planapo {

namespace {

/// A single plane is transformed in two dimensions, a single row in one: libraries plan badly along axes of length 1.
std::vector<int> extents_of(Shape grid) {
    std::vector<int> extents;
    for (const std::int64_t extent : {grid.z, grid.y})
        if (extent > 1 || !extents.empty()) extents.push_back(static_cast<int>(extent));
    extents.push_back(static_cast<int>(grid.x));
    return extents;
}

/// FFTW's memory of what it has timed; kept on disk, so that a plan is timed once per machine and is the same in every
/// run.
class Wisdom {
public:
    explicit Wisdom(FftLibrary& library) : library_(library), path_(platform::cache_folder() / "fftwf-wisdom") {
        if (path_.has_parent_path()) library_.import_wisdom(path_.c_str());
    }
    void keep() const {
        if (!path_.has_parent_path()) return;
        const std::filesystem::path part = path_.string() + "." + std::to_string(platform::process_id());
        std::error_code failed;  // a cache that cannot be written costs time, nothing else
        if (library_.export_wisdom(part.c_str()) != 0) std::filesystem::rename(part, path_, failed);
        if (failed) std::filesystem::remove(part, failed);
    }

private:
    FftLibrary& library_;
    std::filesystem::path path_;
};

class CpuTransform final : public Transform {
public:
    CpuTransform(View<float> grid, Planning planning) : library_(fft_library()) {
        const std::vector<int> extents = extents_of(grid.shape());
        const int rank = static_cast<int>(extents.size());
        auto* spectrum = reinterpret_cast<FftLibrary::Coefficient*>(grid.data());
        const bool measure = planning == Planning::measure && library_.plans_need_timing;
        const unsigned flags = measure ? FftLibrary::measure : FftLibrary::estimate;

        std::lock_guard lock(library_.planner);
        if (measure) static const Wisdom wisdom(library_);
        library_.plan_with_threads(threads_for(grid.shape().voxels()));
        forward_ = library_.plan_forward(rank, extents.data(), grid.data(), spectrum, flags);
        inverse_ = library_.plan_inverse(rank, extents.data(), spectrum, grid.data(), flags);
        if (measure) Wisdom(library_).keep();
        if (forward_ == nullptr || inverse_ == nullptr) {
            destroy();
            throw DeviceError(
                fmt::format("{} cannot plan an FFT of {} voxels.", fft_library_status().name, to_string(grid.shape())));
        }
    }

    ~CpuTransform() override {
        std::lock_guard lock(library_.planner);
        destroy();
    }

    CpuTransform(const CpuTransform&) = delete;
    CpuTransform& operator=(const CpuTransform&) = delete;

    void forward(View<float> grid, const Stream&) override {
        library_.forward(forward_, grid.data(), reinterpret_cast<FftLibrary::Coefficient*>(grid.data()));
    }

    void inverse(View<float> grid, const Stream&) override {
        library_.inverse(inverse_, reinterpret_cast<FftLibrary::Coefficient*>(grid.data()), grid.data());
    }

private:
    void destroy() {
        for (auto plan : {forward_, inverse_})
            if (plan != nullptr) library_.destroy(plan);
    }

    FftLibrary& library_;
    FftLibrary::Plan forward_ = nullptr, inverse_ = nullptr;
};

}  // namespace

std::unique_ptr<Transform> CpuBackend::plan_transform(View<float> grid, Planning planning) {
    require(grid.shape().z < INT32_MAX && grid.shape().y < INT32_MAX && grid.shape().x < INT32_MAX,
            "An FFT of {} voxels is longer than 2^31 on one axis.", to_string(grid.shape()));
    return std::make_unique<CpuTransform>(grid, planning);
}

}  // namespace planapo
