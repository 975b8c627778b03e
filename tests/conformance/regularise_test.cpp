// regularise: penalties against fields of gradients, taken one after the other in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"
#include "misfit_original.hpp"

namespace planapo::testing {

namespace {

constexpr Spacing anisotropic{3.f, 1.f, 1.5f};

/// A vector at each voxel, with the components along z, y and x.
using Field = std::vector<std::array<double, 3>>;

struct Axes {
    Shape shape;
    std::array<std::int64_t, 3> stride{shape.y * shape.x, shape.x, 1};
    std::array<std::int64_t, 3> length{shape.z, shape.y, shape.x};
    std::int64_t place(std::int64_t i, std::size_t axis) const { return i / stride[axis] % length[axis]; }
};

std::array<double, 3> edges(Spacing spacing) { return {spacing.z, spacing.y, spacing.x}; }

/// Forward differences; nothing changes beyond the border.
Field gradient(const Volume<float>& volume, Spacing spacing) {
    const Axes axes{volume.shape()};
    Field field(static_cast<std::size_t>(volume.shape().voxels()));
    for (std::int64_t i = 0; i < volume.shape().voxels(); ++i)
        for (std::size_t axis = 0; axis < 3; ++axis)
            if (axes.place(i, axis) + 1 < axes.length[axis])
                field[i][axis] = (static_cast<double>(volume.data()[i + axes.stride[axis]]) - volume.data()[i]) /
                                 edges(spacing)[axis];
    return field;
}

/// Backward differences; nothing flows in from beyond the border.
std::vector<double> divergence(const Field& field, Shape shape, Spacing spacing) {
    const Axes axes{shape};
    std::vector<double> result(field.size());
    for (std::int64_t i = 0; i < shape.voxels(); ++i)
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const double before = axes.place(i, axis) > 0 ? field[i - axes.stride[axis]][axis] : 0;
            result[i] += (field[i][axis] - before) / edges(spacing)[axis];
        }
    return result;
}

double length_of(const std::array<double, 3>& v) { return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

class Regularise : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }

    /// The penalty is 1 / (1 - pull), at most 10, with an error of the pull of at most `allowed`.
    void expect_penalty(View<const float> found, const std::vector<double>& pull, double allowed) {
        for (std::int64_t i = 0; i < found.shape().voxels(); ++i) {
            const double penalty = 1 / std::max(1 - pull[i], 0.1);
            ASSERT_NEAR(found.data()[i], penalty, penalty * (penalty * allowed + 2 * rounding)) << "voxel " << i;
        }
    }
    Volume<float> total_variation(View<const float> volume, Spacing spacing, float strength, float softness) {
        DeviceGrid input(volume, device()), penalty(volume.shape(), device());
        backend().total_variation(input.view(), spacing, strength, softness, penalty.view(), {});
        backend().wait({});
        EXPECT_TRUE(penalty.padding_kept());
        return penalty.voxels();
    }
    Volume<float> tikhonov_miller(View<const float> volume, Spacing spacing, float strength) {
        DeviceGrid input(volume, device()), penalty(volume.shape(), device());
        backend().tikhonov_miller(input.view(), spacing, strength, penalty.view(), {});
        backend().wait({});
        EXPECT_TRUE(penalty.padding_kept());
        return penalty.voxels();
    }
    void check_total_variation(Shape shape);
    void check_tikhonov_miller(Shape shape);
};
PLANAPO_ON_EVERY_MACHINE(Regularise);

void Regularise::check_total_variation(Shape shape) {
    const float strength = 0.5f, softness = 0.05f;
    const Volume<float> volume = random_volume(shape, 51, 0.f, 3.f);
    Field field = gradient(volume, anisotropic);
    for (auto& vector : field) {
        const double length = length_of({length_of(vector), softness, 0});
        for (double& component : vector) component /= length;
    }
    std::vector<double> pull = divergence(field, shape, anisotropic);
    for (double& one : pull) one *= strength;
    // A difference of values up to 3 is off by 2 roundings of them, a unit vector by that over the softness; six add
    // up.
    const double allowed = strength * 6 * (2 * 3 * rounding / softness + 8 * rounding);
    expect_penalty(total_variation(volume, anisotropic, strength, softness), pull, allowed);
}

void Regularise::check_tikhonov_miller(Shape shape) {
    const float strength = 0.1f;
    const Volume<float> volume = random_volume(shape, 52, 0.f, 3.f);
    std::vector<double> pull = divergence(gradient(volume, anisotropic), shape, anisotropic);
    for (double& one : pull) one *= strength;
    const double allowed = strength * 12 * 4 * 3 * rounding;  // twelve values up to 3, each with up to four roundings
    expect_penalty(tikhonov_miller(volume, anisotropic, strength), pull, allowed);
}

TEST_P(Regularise, TotalVariationIsTheCurvatureOfLevelSets) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_total_variation(shape); });
}

TEST_P(Regularise, TikhonovMillerIsTheLaplacian) {
    for_each_size(quick_sizes(), [&](Shape shape) { check_tikhonov_miller(shape); });
}

TEST_P(Regularise, WhatIsConstantIsSmoothEnough) {
    const Volume<float> constant = constant_volume({3, 5, 33}, 7.f), ones = constant_volume({3, 5, 33}, 1.f);
    EXPECT_TRUE(same_bits(total_variation(constant, anisotropic, 1, 1e-3f), ones));
    EXPECT_TRUE(same_bits(tikhonov_miller(constant, anisotropic, 1), ones));
}

TEST_P(Regularise, NothingGrowsTenfold) {
    const Volume<float> hole = volume_of({3, 3, 3}, [](auto z, auto y, auto x) { return z + y + x == 3 ? 0 : 1000; });
    EXPECT_FLOAT_EQ(peak_of(total_variation(hole, {}, 1, 1e-3f)), 10);
    EXPECT_FLOAT_EQ(peak_of(tikhonov_miller(hole, {}, 1)), 10);
}

TEST_P(Regularise, SoakOfLargerSizes) {
    for_each_size(soak_sizes(), [&](Shape shape) {
        check_total_variation(shape);
        check_tikhonov_miller(shape);
    });
}

}  // namespace

}  // namespace planapo::testing
