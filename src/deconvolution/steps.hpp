// What an iteration is made of, and what it works with.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <planapo/deconvolve.hpp>

#include "../backend.hpp"
#include "../pinned.hpp"
#include "blur.hpp"
#include "grid.hpp"

namespace planapo {

/// What a view recorded in all, and what of that is background: each voxel by its weight.
struct Flux {
    double recorded = 0, background = 0;
};

/// What estimates are judged by, where that is not what they are made from: photons that they have not seen. What a run
/// predicts for its own image, times `scale`, is predicted for these.
struct HeldOut {
    Recorded photons;
    double scale = 1;
};

/// What one run works on: views on the device, free of NaN.
struct Run {
    std::vector<Recorded> views;
    std::vector<Flux> flux;
    View<float> estimate;
    float mean = 0, floor = 0, scale = 0;  // above the background; the smallest estimate; what counts as bright
    float largest_weight = 0;
    std::optional<HeldOut> held_out = {};  // of the only view
};

/// What is kept from run to run for images of one shape.
struct Workspace {
    Workspace(Shape image, std::int64_t views, Shape radius, const DeconvolveOptions& options, const Device& device);

    View<float> grid() const { return grid_view(static_cast<float*>(grid_memory.data()), layout.grid); }
    View<float> core() const { return grid().corner(layout.domain); }
    Course* course(std::int64_t view = 0) const { return static_cast<Course*>(courses.data()) + view; }
    /// The first of a view's partial sums is their total; behind the last view there is room for one nobody looks at.
    Misfit* partials(std::int64_t view = 0) const { return static_cast<Misfit*>(sums.data()) + view * sums_per_view; }
    void judge(const Stream& stream) const;
    void forget(const Run& run, const Stream& stream);  ///< courses begin anew

    Device device;
    Backend& backend;
    DeconvolveOptions options;
    Shape image;
    std::int64_t views;
    WorkingGrid layout;
    Buffer grid_memory, sums, courses;
    std::int64_t sums_per_view;
    std::unique_ptr<Transform> transform;
    Course fresh;               // what courses begin as: it must be there until it is copied
    Pinned<Judgement> history;  // of the last few estimates, by their number: the host is never far behind
};

/// One scheme of iterating. An iteration is a look at the estimate and its correction. A step is a correction and a
/// look at what came of it: so a run is a look, steps, and a last correction. What is queued does not wait.
class Steps {
public:
    virtual ~Steps() = default;
    virtual void begin(const Run& run, const Stream& stream) = 0;  ///< the first estimate, and a look at it
    virtual void step(const Run& run, const Stream& stream) = 0;
    virtual void correct_at_last(const Run& run, const Stream& stream) = 0;
    /// The estimate, or the one before, to where the run wants it.
    virtual void hand_over(const Run& run, Verdict verdict, const Stream& stream) = 0;
};

/// A volume in memory that may not have been needed: then an empty view.
inline View<float> volume_in(const Buffer& buffer, Shape shape) {
    return buffer.data() == nullptr ? View<float>() : View<float>(static_cast<float*>(buffer.data()), shape);
}

/// Only an unmatched projector can make an estimate worse, and only an automatic stop looks back.
bool keeps_previous(const DeconvolveOptions& options);

}  // namespace planapo
