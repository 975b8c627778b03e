// A PSF that varies, as it is given: checked, copied, looked at in one place.
#include <planapo/varying_psf.hpp>

#include <algorithm>
#include <cmath>

#include "../message.hpp"
#include "kernel.hpp"
#include "knots.hpp"

namespace planapo {

namespace {

template <typename Visit>
void for_each_voxel(Shape shape, Visit visit) {
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) visit(z, y, x);
}

Volume<float> copy_of(View<const float> volume) {
    Volume<float> copy(volume.shape());
    for_each_voxel(volume.shape(), [&](auto z, auto y, auto x) { copy.view()(z, y, x) = volume(z, y, x); });
    return copy;
}

void check_finite(View<const float> volume, const char* what, std::size_t index) {
    require(!volume.empty() && volume.shape().voxels() > 0, "{} {} is empty: it must have at least one voxel.", what,
            index);
    std::int64_t non_finite = 0;
    for_each_voxel(volume.shape(), [&](auto z, auto y, auto x) { non_finite += !std::isfinite(volume(z, y, x)); });
    require(non_finite == 0, "{} {} has {} not finite (NaN or infinity).", what, index, counted(non_finite, "voxel"));
}

void check_positions(const VaryingPsf::Positions& positions, Shape knots) {
    constexpr const char* names[] = {"z", "y", "x"};
    const std::int64_t counts[] = {knots.z, knots.y, knots.x};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::vector<double>& given = positions[axis];
        if (given.empty()) continue;
        require(static_cast<std::int64_t>(given.size()) == counts[axis],
                "There are {} positions on {} but {} knots: give one for each.", given.size(), names[axis],
                counts[axis]);
        const bool finite = std::all_of(given.begin(), given.end(), [](double at) { return std::isfinite(at); });
        const bool rising = std::adjacent_find(given.begin(), given.end(), std::greater_equal<>()) == given.end();
        require(finite && rising, "The positions of the knots on {} must be finite and rise.", names[axis]);
    }
}

/// Of odd extents, with room for all kernels.
Volume<float> zeros_around(const std::vector<Volume<float>>& kernels) {
    const Shape radius = largest_radius(kernels);
    Volume<float> sum({2 * radius.z + 1, 2 * radius.y + 1, 2 * radius.x + 1});
    std::fill_n(sum.data(), sum.shape().voxels(), 0.f);
    return sum;
}

/// sum += weight * kernel, origin on origin.
void add_at_origin(View<float> sum, View<const float> kernel, float weight) {
    const Shape to = radius_of(sum.shape()), from = radius_of(kernel.shape());
    for_each_voxel(kernel.shape(), [&](auto z, auto y, auto x) {
        sum(z + to.z - from.z, y + to.y - from.y, x + to.x - from.x) += weight * kernel(z, y, x);
    });
}

}  // namespace

VaryingPsf VaryingPsf::of_grid(const std::vector<View<const float>>& psfs, Shape knots, const Positions& positions) {
    checked_bytes(knots, sizeof(float));
    require(static_cast<std::int64_t>(psfs.size()) == knots.voxels(),
            "There are {} PSFs for a grid of {} knots: give one for each of the {}.", psfs.size(), to_string(knots),
            knots.voxels());
    check_positions(positions, knots);
    auto parts = std::make_shared<Parts>();
    for (std::size_t i = 0; i < psfs.size(); ++i) {
        check_finite(psfs[i], "PSF", i);
        parts->modes.push_back(normalised_psf(psfs[i]));
    }
    parts->knots = knots;
    parts->positions = positions;
    return VaryingPsf(std::move(parts));
}

VaryingPsf VaryingPsf::of_modes(const std::vector<View<const float>>& modes,
                                const std::vector<View<const float>>& coefficients, const Positions& positions) {
    require(!modes.empty() && modes.size() == coefficients.size(),
            "There are {} modes and {} volumes of coefficients: give at least one mode, and coefficients for each.",
            modes.size(), coefficients.size());
    auto parts = std::make_shared<Parts>();
    parts->knots = coefficients[0].shape();
    for (std::size_t i = 0; i < modes.size(); ++i) {
        check_finite(modes[i], "Mode", i);
        check_finite(coefficients[i], "Coefficients", i);
        require(coefficients[i].shape() == parts->knots,
                "The coefficients of mode 0 are given at {} knots, those of mode {} at {}: they must be alike.",
                to_string(parts->knots), i, to_string(coefficients[i].shape()));
        parts->modes.push_back(copy_of(modes[i]));
        parts->coefficients.push_back(copy_of(coefficients[i]));
    }
    check_positions(positions, parts->knots);
    parts->positions = positions;
    return VaryingPsf(std::move(parts));
}

Volume<float> VaryingPsf::at(const std::array<double, 3>& voxel, Shape image) const {
    checked_bytes(image, sizeof(float));
    const Shape count = knots();
    const std::int64_t size[] = {image.z, image.y, image.x}, along[] = {count.z, count.y, count.x};
    std::array<Place, 3> place;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        require(voxel[axis] >= 0 && voxel[axis] <= static_cast<double>(size[axis] - 1),
                "There is no voxel {}, {}, {} in an image of {}.", voxel[0], voxel[1], voxel[2], to_string(image));
        place[axis] = place_among(knot_positions(positions()[axis], along[axis], size[axis]), voxel[axis]);
    }
    Volume<float> psf = zeros_around(modes());
    for (std::size_t i = 0; i < modes().size(); ++i) {
        const Volume<float> lattice =
            coefficients().empty() ? hat(count, static_cast<std::int64_t>(i)) : copy_of(coefficients()[i]);
        add_at_origin(psf, modes()[i], formula::weight(lattice.view(), place[0], place[1], place[2]));
    }
    return psf;
}

}  // namespace planapo
