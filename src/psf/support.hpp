// How far a PSF reaches, and the box that holds most of its light.
#pragma once

#include <planapo/volume.hpp>

#include "width.hpp"

namespace planapo {

/// Voxels on either side of `middle`, per axis, up to which the light of `signal` (its background already subtracted)
/// stands out. Grown from `start` layer by layer; no single voxel is judged.
Index3 reach_of(View<const float> signal, const Index3& middle, const Index3& start,
                const std::array<double, 3>& width_px, double noise_sd);

/// The middle `2 reach + 1` voxels of an odd volume that hold the share `energy` of its sum, and how much they hold.
struct EnergyBox {
    Index3 reach{};
    double sum = 0, kept = 1;
};
EnergyBox box_of_energy(View<const float> centred, double energy);

/// The middle `2 reach + 1` voxels.
Volume<float> middle_of(View<const float> centred, const Index3& reach);

}  // namespace planapo
