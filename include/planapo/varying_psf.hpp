// A point-spread function that differs from place to place.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include <planapo/export.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// What the voxel at s is recorded as: sum over i of a_i(s) p_i. The modes p_i are small arrays with their origin at
/// index n / 2 of each axis; the coefficients a_i are given at knots and linear between them, constant beyond the
/// outermost. A value: copies share their arrays, which never change. Thread-safe.
class PLANAPO_API VaryingPsf {
public:
    /// Where knots lie on each axis (z, y, x), in voxels of the image, 0 at the centre of the first; rising. An empty
    /// list: evenly from the first voxel of an image to its last.
    using Positions = std::array<std::vector<double>, 3>;

    /// PSFs at the knots of a grid, x fastest; between them the linear mix of the nearest two on each axis. Each is
    /// normalised to sum 1. Throws `InvalidArgument` for a PSF that is not finite or does not sum to more than 0, for
    /// other numbers of PSFs than knots, and for positions that do not rise or are not as many as the knots.
    static VaryingPsf of_grid(const std::vector<View<const float>>& psfs, Shape knots, const Positions& positions = {});

    /// Modes with one volume of coefficients each, all of one shape: that of the knots. Taken as they are: the sum of
    /// the PSF at a place is the brightness with which its light is recorded. Throws `InvalidArgument` for numbers and
    /// shapes that do not fit and for values that are not finite.
    static VaryingPsf of_modes(const std::vector<View<const float>>& modes,
                               const std::vector<View<const float>>& coefficients, const Positions& positions = {});

    /// The PSF of the voxel (z, y, x) of an image; as large as the largest mode on each axis, and odd. Throws
    /// `InvalidArgument` outside the image.
    Volume<float> at(const std::array<double, 3>& voxel, Shape image) const;

    const std::vector<Volume<float>>& modes() const { return parts_->modes; }
    /// Empty for a grid of PSFs: those of mode i are 1 at knot i and 0 at the others.
    const std::vector<Volume<float>>& coefficients() const { return parts_->coefficients; }
    Shape knots() const { return parts_->knots; }
    const Positions& positions() const { return parts_->positions; }

private:
    struct Parts {
        std::vector<Volume<float>> modes, coefficients;
        Shape knots;
        Positions positions;
    };

    explicit VaryingPsf(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

    std::shared_ptr<const Parts> parts_;
};

}  // namespace planapo
