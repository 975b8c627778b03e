// Plans of the FFT library: how it goes about transforming one grid, in place.
#pragma once

#include <memory>

#include <planapo/volume.hpp>

#include "fft_library.hpp"

namespace planapo {

/// One transform, forth and back.
class FftPlans {
public:
    /// `flags`: FftLibrary's. Overwrites the grid's voxels unless the flags say estimate.
    FftPlans(FftLibrary& library, View<float> grid, unsigned flags);

    explicit operator bool() const { return forward_ && inverse_; }  ///< false where the library knows no way
    void forward(View<float> grid) const;
    void inverse(View<float> grid) const;

private:
    struct Destroy {
        FftLibrary* library;
        void operator()(FftLibrary::Plan plan) const;
    };
    using Plan = std::unique_ptr<std::remove_pointer_t<FftLibrary::Plan>, Destroy>;

    void check_threads() const;

    FftLibrary* library_;
    int threads_;
    Plan forward_, inverse_;
};

/// The fastest plans that the library finds by timing; they are remembered on disk, so that this takes long once per
/// machine. Overwrites the grid's voxels.
FftPlans timed_plans(FftLibrary& library, View<float> grid);

}  // namespace planapo
