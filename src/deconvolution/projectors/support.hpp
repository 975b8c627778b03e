// Where an OTF passes anything worth having.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <planapo/volume.hpp>

namespace planapo {

/// In cycles per voxel, z, y, x.
using Frequency = std::array<double, 3>;

/// The frequencies whose gain counts, with a convex edge round them. They are followed from zero through the periodic
/// spectrum: what a sheared PSF, sampled coarsely along z, passes beyond Nyquist's frequency belongs to where it came
/// from. After the OTF masks of Ruan et al. 2024, doi:10.1038/s41592-024-02475-4, with a convex edge for theirs.
class OtfSupport {
public:
    /// `gain`: |F| of the whole spectrum in the FFT's order. Throws `InvalidArgument` if no frequency but zero counts.
    explicit OtfSupport(View<const float> gain);

    /// How far a frequency, or its nearest alias, lies from zero: 1 at the edge, in every direction; infinite where no
    /// alias comes near.
    double distance(const Frequency& frequency) const;

private:
    void add_direction(const Frequency& direction, const std::vector<Frequency>& outermost, const Frequency& half_cell);

    Frequency reach_{};             // the edge along each axis
    std::vector<float> z_, y_, x_;  // of each direction, such that its product with a frequency at the edge is 1
};

}  // namespace planapo
