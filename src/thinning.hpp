// Two images out of one, with independent noise: each recorded photon falls to one or the other at random.
#pragma once

#include <cstdint>

#include "formula.hpp"
#include "random.hpp"

namespace planapo {

/// Who gets which photon. A part of an image is split as in the whole.
struct Thinning {
    float dark = 0;              // what is recorded where no photon is
    float photons_per_unit = 1;  // of what is recorded above that
    float offset = 0;            // subtracted from what is kept
    std::int32_t halvings = 1;   // a share of 2^-halvings is taken away, 1 to 30
    std::uint32_t draw = 0;      // other photons in each
    std::uint64_t seed = 0;
    Shape whole{1, 1, 1};   // the image of which this is a part,
    Shape origin{0, 0, 0};  // and where in it the part begins

    PLANAPO_HD std::uint64_t voxel(std::int64_t z, std::int64_t y, std::int64_t x) const {
        return static_cast<std::uint64_t>(((z + origin.z) * whole.y + y + origin.y) * whole.x + x + origin.x);
    }
};

namespace formula {

/// What is taken away of a voxel, in its own units: 2^-halvings of its photons on average.
PLANAPO_HD inline float taken(float observed, const Thinning& thinning, std::uint64_t voxel) {
    const double photons = double{larger(observed - thinning.dark, 0.f)} * thinning.photons_per_unit;
    const random::Source source{thinning.seed, voxel, thinning.draw};
    return static_cast<float>(random::share_of(photons, thinning.halvings, source) / thinning.photons_per_unit);
}

/// What is left of it.
PLANAPO_HD inline float kept(float observed, float taken, const Thinning& thinning) {
    return observed - taken - thinning.offset;
}

}  // namespace formula
}  // namespace planapo
