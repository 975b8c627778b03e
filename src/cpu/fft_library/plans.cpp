#include "plans.hpp"

#include <vector>

#include <planapo/error.hpp>

#include "../backend.hpp"

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

FftLibrary::Coefficient* coefficients_of(View<float> grid) {
    return reinterpret_cast<FftLibrary::Coefficient*>(grid.data());
}

}  // namespace

FftPlans::FftPlans(FftLibrary& library, View<float> grid, unsigned flags)
    : library_(&library),
      threads_(threads_for(grid.shape().voxels())),
      forward_(nullptr, Destroy{&library}),
      inverse_(nullptr, Destroy{&library}) {
    const std::vector<int> extents = extents_of(grid.shape());
    const int rank = static_cast<int>(extents.size());
    const std::lock_guard lock(library.planner);
    library.plan_with_threads(threads_);
    forward_.reset(library.plan_forward(rank, extents.data(), grid.data(), coefficients_of(grid), flags));
    inverse_.reset(library.plan_inverse(rank, extents.data(), coefficients_of(grid), grid.data(), flags));
}

void FftPlans::forward(View<float> grid) const {
    check_threads();
    library_->forward(forward_.get(), grid.data(), coefficients_of(grid));
}

void FftPlans::inverse(View<float> grid) const {
    check_threads();
    library_->inverse(inverse_.get(), coefficients_of(grid), grid.data());
}

void FftPlans::check_threads() const {
    if (threads_ > 1 && ThreadTeam::left_behind)
        throw DeviceError(
            "This process was forked from one that had planned an FFT for several threads, which stayed behind: build "
            "the Deconvolver anew in the child, or start workers by spawning.");
}

void FftPlans::Destroy::operator()(FftLibrary::Plan plan) const {
    const std::lock_guard lock(library->planner);
    library->destroy(plan);
}

}  // namespace planapo
