// One bead against the PSF.
#pragma once

#include <vector>

#include "cube.hpp"
#include "judge.hpp"

namespace planapo {

/// The voxels around a bead, and how the PSF lies in them: background + peak * the PSF moved by offset_px.
struct Window {
    Index3 middle{};
    std::array<double, 3> offset_px{};
    double peak = 1, background = 0, residual = 0;
    Cube recorded;
    std::vector<char> valid;  // 0 outside the recording and where another spot shines
};

Window window_around(const JudgedSpot& bead, const std::vector<JudgedSpot>& spots, View<const float> image,
                     const Index3& reach, const std::array<double, 3>& width_px);

/// Takes the slopes of the background, a plane fitted to the voxels around the bead, out of the window.
void level(Window& window, const std::array<double, 3>& width_px);

/// Fits position, peak and background to the middle 2 core + 1 voxels (Gauss-Newton; as for stars in Stetson 1987,
/// doi:10.1086/131977). Returns how far the bead was moved, in px.
double align(Window& window, const Cube& psf, const Index3& core);

/// The bead on the PSF's grid and scale; what is not valid is taken from the PSF.
Cube aligned(const Window& window, const Cube& psf);

}  // namespace planapo
