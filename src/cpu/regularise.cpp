// What a smooth estimate would ask for. A voxel looks at its neighbours in the three rows of each of three slices.
#include <algorithm>

#include "../stencil.hpp"
#include "backend.hpp"

namespace planapo {

namespace {

/// The rows around one, those at the border again beyond it.
struct Rows {
    const float* of[3][3];

    Rows(View<const float> volume, std::int64_t z, std::int64_t y) : of() {
        const Shape shape = volume.shape();
        for (std::int64_t dz = -1; dz <= 1; ++dz)
            for (std::int64_t dy = -1; dy <= 1; ++dy)
                of[dz + 1][dy + 1] = volume.row(std::clamp<std::int64_t>(z + dz, 0, shape.z - 1),
                                                std::clamp<std::int64_t>(y + dy, 0, shape.y - 1));
    }
};

/// penalty = penalised(pull(neighbours)) for a row; the ends apart, so that the loop between them has no branch.
template <typename Pull>
inline void penalty_row(const Rows& rows, float* penalty, std::int64_t voxels, Pull pull) {
    const auto at_end = [&](std::int64_t x) {
        penalty[x] = formula::penalised(pull([&](int dz, int dy, int dx) {
            return rows.of[dz + 1][dy + 1][std::clamp<std::int64_t>(x + dx, 0, voxels - 1)];
        }));
    };
    at_end(0);
    for (std::int64_t x = 1; x < voxels - 1; ++x)
        penalty[x] = formula::penalised(pull([&](int dz, int dy, int dx) { return rows.of[dz + 1][dy + 1][x + dx]; }));
    if (voxels > 1) at_end(voxels - 1);
}

PLANAPO_VECTORISED
void total_variation_row(const Rows& rows, float* penalty, std::int64_t voxels, Spacing spacing, float strength,
                         float softness) {
    penalty_row(rows, penalty, voxels, [&](auto at) { return strength * formula::curvature(at, spacing, softness); });
}

PLANAPO_VECTORISED
void tikhonov_miller_row(const Rows& rows, float* penalty, std::int64_t voxels, Spacing spacing, float strength) {
    penalty_row(rows, penalty, voxels, [&](auto at) { return strength * formula::laplacian(at, spacing); });
}

}  // namespace

void CpuBackend::total_variation(View<const float> estimate, Spacing spacing, float strength, float softness,
                                 View<float> penalty, const Stream&) {
    for_each_row(estimate.shape(), [&](std::int64_t z, std::int64_t y) {
        total_variation_row(Rows(estimate, z, y), penalty.row(z, y), estimate.shape().x, spacing, strength, softness);
    });
}

void CpuBackend::tikhonov_miller(View<const float> estimate, Spacing spacing, float strength, View<float> penalty,
                                 const Stream&) {
    for_each_row(estimate.shape(), [&](std::int64_t z, std::int64_t y) {
        tikhonov_miller_row(Rows(estimate, z, y), penalty.row(z, y), estimate.shape().x, spacing, strength);
    });
}

}  // namespace planapo
