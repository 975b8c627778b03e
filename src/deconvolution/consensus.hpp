// Gradient consensus (Manton and York 2023, doi:10.5281/zenodo.10278919): each iteration splits the photons into halves
// anew and changes only what both halves ask to be changed alike; it ends when neither is explained better.
#pragma once

#include <array>

#include <planapo/deconvolve.hpp>

#include "photon_scale.hpp"
#include "steps.hpp"

namespace planapo {

class Consensus {
public:
    Consensus(Workspace& work, Blur& blur);
    static std::int64_t bytes(Shape image) { return 5 * checked_bytes(image, sizeof(float)); }

    /// Restores the only view of `run`, which has no weights. Waits for every iteration.
    void run(const Run& run, const PhotonScale& scale, const Progress& progress, const Stream& stream,
             DeconvolveReport& report);

private:
    using Divergences = std::array<double, 2>;

    /// The estimate, blurred, stays in the grid and beside it; the halves of draw `draw` are told from it.
    Divergences look(const Run& run, const PhotonScale& scale, int draw, const Stream& stream);
    /// What one half asks for, from the blurred estimate in the grid, into the grid.
    void ask(const Buffer& half, float background, float floor, const Stream& stream);
    void correct(const Run& run, float background, const Stream& stream);
    /// The share of voxels that the last correction changed.
    double agreed(const Stream& stream) const;
    void keep_core(const Buffer& buffer, const Stream& stream) const;

    View<float> volume(const Buffer& buffer) const { return volume_in(buffer, work_.image); }

    Workspace& work_;
    Backend& backend_;
    Blur& blur_;
    std::array<Buffer, 2> halves_;
    Buffer blurred_, correction_, previous_;
};

}  // namespace planapo
