// When to stop: some photons are kept from the estimates, which are good as long as they predict those better and
// better. Of Poisson counts, parts that are drawn photon by photon are independent.
#pragma once

#include <optional>

#include <planapo/deconvolve.hpp>

#include "photon_scale.hpp"
#include "richardson_lucy.hpp"

namespace planapo {

/// For images of one shape.
class HoldOut {
public:
    HoldOut(Shape shape, const Device& device) : device_(device), rest_(shape, device), photons_(shape, device) {}
    static std::int64_t bytes(Shape shape) { return 2 * checked_bytes(shape, sizeof(float)); }

    /// How many iterations the only view of `run`, which has no weights, needs. Fills in the report's divergences.
    /// Waits.
    int iterations(RichardsonLucy& algorithm, const Run& run, const PhotonScale& scale, const Progress& progress,
                   const Stream& stream, DeconvolveReport& report);

private:
    Run run_on_the_rest(const Run& run, const PhotonScale& scale, const Stream& stream);

    Device device_;
    Volume<float> rest_, photons_;
};

/// The same work is done twice; each time it reports a half.
Progress first_half_of(const Progress& progress);
Progress second_half_of(const Progress& progress);

}  // namespace planapo
