// A Gaussian fitted to a spot.
#pragma once

#include <array>
#include <optional>

#include <planapo/volume.hpp>

#include "../background.hpp"

namespace planapo {

/// Axis-parallel. On axes of one voxel the centre is 0 and the width 1.
struct GaussianSpot {
    std::array<double, 3> centre_px{}, fwhm_px{};
    double peak = 0, background = 0;                            // peak: above the background
    double at(const std::array<double, 3>& position_px) const;  // without the background
};

/// Least squares over the voxels of `image` in `box` by Levenberg and Marquardt's method (Marquardt 1963,
/// doi:10.1137/0111030), from `start`. Empty where it does not settle on a hill inside the box.
std::optional<GaussianSpot> fit_gaussian(View<const float> image, const Box& box, const GaussianSpot& start);

/// The voxels on either side of the one nearest to `centre_px`, up to `widths` times `fwhm_px`, inside the image.
Box box_around(const Shape& shape, const std::array<double, 3>& centre_px, const std::array<double, 3>& fwhm_px,
               double widths);

/// The distance in FWHMs.
double distance_in_widths(const std::array<double, 3>& a, const std::array<double, 3>& b,
                          const std::array<double, 3>& width_px);

}  // namespace planapo
