// Gaussian PSFs, integrated over the voxel.
#include <cmath>
#include <numbers>
#include <vector>

#include <planapo/psf.hpp>

#include "../message.hpp"
#include "check.hpp"
#include "width.hpp"

namespace planapo {
namespace {

/// How many voxels beside the middle one hold `share` of a Gaussian: the box's half width is reach + 1/2.
std::int64_t reach_for(double sd_px, double share) {
    std::int64_t reach = 0;
    while (std::erf((static_cast<double>(reach) + 0.5) / (sd_px * std::numbers::sqrt2)) < share) ++reach;
    return reach;
}

/// The Gaussian's share in each voxel of an axis, normalised: never all zero, since it peaks in the voxel n / 2.
std::vector<double> shares(std::int64_t size, double sd_px) {
    std::vector<double> values(size);
    const double scale = 1 / (sd_px * std::numbers::sqrt2);
    double sum = 0;
    for (std::int64_t i = 0; i < size; ++i) {
        // erfc of the distance to the origin: differences of erf lose the tails.
        const double near = std::abs(static_cast<double>(i - size / 2)) - 0.5;
        values[i] = std::erfc(near * scale) - std::erfc((near + 1) * scale);
        sum += values[i];
    }
    for (double& value : values) value /= sum;
    return values;
}

}  // namespace

Volume<float> gaussian_psf(Fwhm fwhm, VoxelSize voxel, const GaussianPsfOptions& options) {
    require_voxel_size(voxel, "The voxel size");
    const std::array<double, 3> width_um{fwhm.z_um, fwhm.y_um, fwhm.x_um}, voxel_um{voxel.z_um, voxel.y_um, voxel.x_um};
    for (const double width : width_um)
        require(
            width > 0 && std::isfinite(width),
            "A Gaussian PSF of FWHM {:.6g} x {:.6g} x {:.6g} um cannot be made: give three positive widths (z, y, x).",
            fwhm.z_um, fwhm.y_um, fwhm.x_um);
    require(options.energy >= 0.5 && options.energy < 1,
            "The energy {} is out of range: give a share from 0.5 to below 1.", options.energy);
    std::array<std::vector<double>, 3> axes;
    for (int axis = 0; axis < 3; ++axis) {
        const double sd_px = width_um[axis] / voxel_um[axis] / std::sqrt(8 * std::numbers::ln2);
        require(sd_px < 1e4, "A FWHM of {:.6g} um is {:.6g} voxels of {:.6g} um: check that both are in micrometres.",
                width_um[axis], width_um[axis] / voxel_um[axis], voxel_um[axis]);
        const std::int64_t size =
            options.shape ? extents(*options.shape)[axis] : 2 * reach_for(sd_px, std::cbrt(options.energy)) + 1;
        require(size >= 1, "A PSF of {} voxels is empty: every extent must be at least 1.",
                options.shape ? to_string(*options.shape) : "");
        axes[axis] = shares(size, sd_px);
    }
    const auto size = [&](int axis) { return static_cast<std::int64_t>(axes[axis].size()); };
    Volume<float> psf(Shape{size(0), size(1), size(2)});
    const View<float> out = psf.view();
    for (std::int64_t z = 0; z < size(0); ++z)
        for (std::int64_t y = 0; y < size(1); ++y)
            for (std::int64_t x = 0; x < size(2); ++x)
                out(z, y, x) = static_cast<float>(axes[0][z] * axes[1][y] * axes[2][x]);
    return psf;
}

}  // namespace planapo
