// The page: everything that a device must be able to do, grouped by the file that does it.
// Who reads this page knows what CUDA does here. Algorithms are written once, against it, and mention no device.
// All views lie on the device. Verbs are queued on the stream and do not wait, unless it says so.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <planapo/device.hpp>
#include <planapo/export.hpp>
#include <planapo/volume.hpp>

#include "course.hpp"
#include "fft_costs.hpp"
#include "formula.hpp"
#include "thinning.hpp"
#include "weights.hpp"

namespace planapo {

/// A real grid transformed in place: rows are padded to 2 (x / 2 + 1) floats, so that the half spectrum has room.
PLANAPO_API View<float> grid_view(float* data, Shape grid);
PLANAPO_API View<Complex> spectrum_of(View<float> grid);
PLANAPO_API std::int64_t grid_bytes(Shape grid);

/// How the margin of a grid is filled: with mirror images of the core, or with a constant.
struct Margin {
    enum class Fill { mirror, constant };
    Fill fill = Fill::mirror;
    Shape before{0, 0, 0};  // how many positions of the margin lie, round the corner, before voxel 0
    float value = 0;        // the constant
};

/// What was recorded, how far each voxel is to be trusted (no weights: all alike; 0: not at all), and the light that no
/// estimate explains.
struct Recorded {
    View<const float> image, weights;
    float background = 0;
};

/// What else goes into a correction; empty views mean 1 everywhere. A gain of 0 is for what nobody can see.
struct Correction {
    View<const float> gain, penalty;
    float floor = 0;
};

/// Edges of a voxel, relative to the shortest.
struct Spacing {
    float z = 1, y = 1, x = 1;
};

/// How the corrections of several views become one: their largest, sum or product.
enum class Gathering { largest, sum, product };

enum class Planning { estimate, measure };

/// What a look at every voxel tells: how many are not finite and the index (z, y, x order) of the first; of the others,
/// how many are negative, sums and extremes.
struct Survey {
    std::int64_t non_finite = 0, first_non_finite = -1, negative = 0;
    double recorded = 0;      // sum of max(voxel, 0)
    double positive_sum = 0;  // sum of max(voxel - background, 0)
    float minimum = 0, maximum = 0;
};

/// A convolution with what one OTF stands for, in place.
class Filter {
public:
    virtual ~Filter() = default;
    virtual void apply(View<float> grid, const Stream& stream) = 0;  ///< the convolution, times the grid's voxels
};

/// FFTs of one grid shape, in place, unnormalised.
class Transform {
public:
    virtual ~Transform() = default;
    virtual void forward(View<float> grid, const Stream& stream) = 0;  ///< real grid -> half spectrum
    virtual void inverse(View<float> grid, const Stream& stream) = 0;  ///< half spectrum -> real grid, times its voxels
    /// A filter with `otf`, or its conjugate: without gaps, and where it is for as long as the filter. The transform
    /// outlives its filters. Waits.
    virtual std::unique_ptr<Filter> filter(View<const Complex> otf, Conjugate conjugate) = 0;
};

/// A place in a stream's work.
class Mark {
public:
    virtual ~Mark() = default;
    virtual void set(const Stream& stream) = 0;  ///< behind everything queued so far
    virtual bool reached() = 0;
    virtual void wait() = 0;
};

/// Verbs that are queued over and over, for less than it takes to call them.
class Recording {
public:
    virtual ~Recording() = default;
    /// What `verbs` queue on the stream that they are given is remembered, not done; they may neither wait nor
    /// allocate. A GPU calls them once, now; the CPU at each replay, so what they refer to must outlive the last.
    /// Replaces what was recorded before. Throws `DeviceError` where it cannot be recorded, or another thread spoils
    /// it.
    virtual void record(const std::function<void(const Stream&)>& verbs) = 0;
    virtual void replay(const Stream& stream) = 0;
};

/// Bytes held through Buffer on one device.
struct MemoryCount {
    std::atomic<std::int64_t> now{0}, peak{0};
};

class PLANAPO_API Backend {
public:
    virtual ~Backend() = default;

    // memory
    /// The hardware, and the libraries in use.
    virtual std::string description() const = 0;
    /// What would make it faster; may be empty.
    virtual std::string remark() const = 0;
    virtual std::int64_t total_bytes() const = 0;
    virtual std::int64_t free_bytes() const = 0;
    /// Null if there is no room.
    virtual void* allocate(std::int64_t bytes) = 0;
    /// Waits for work that uses it.
    virtual void release(void* memory) noexcept = 0;
    /// Whether verbs may use this memory as it is.
    virtual bool holds(const void* memory) const = 0;
    /// Host or this device on either side.
    virtual void copy(const void* from, void* to, std::int64_t bytes, const Stream& stream) = 0;
    /// Host memory that verbs may write to, and that copies reach at the bus's full speed. Null if there is none.
    virtual void* allocate_pinned(std::int64_t bytes) = 0;
    /// No work may use it any more.
    virtual void release_pinned(void* memory) noexcept = 0;

    // queue
    virtual std::shared_ptr<void> new_stream() = 0;
    /// Waits.
    virtual void wait(const Stream& stream) = 0;
    virtual std::unique_ptr<Mark> new_mark() = 0;
    virtual std::unique_ptr<Recording> new_recording() = 0;

    // fft
    /// By which the lengths of a grid are chosen; null where nobody has measured them.
    virtual const FftCosts* fft_costs() const = 0;
    /// What a transform takes besides the grid.
    virtual std::int64_t transform_bytes(Shape grid) const = 0;
    /// May overwrite the grid. Waits.
    virtual std::unique_ptr<Transform> plan_transform(View<float> grid, Planning planning) = 0;

    // reduce
    /// Waits.
    virtual Survey survey(View<const float> image, float background, const Stream& stream) = 0;
    /// How many entries `ratio` and `misfit` need to sum up.
    virtual std::int64_t partial_sums(Shape core) const = 0;

    // arithmetic
    virtual void fill(View<float> out, float value, const Stream& stream) = 0;
    /// wide = narrow: what cameras record travels at half the size
    virtual void widen(View<const std::uint16_t> narrow, View<float> wide, const Stream& stream) = 0;
    /// out = image where its weight is above 0, else 0
    virtual void admit(View<const float> image, View<const float> weights, View<float> out, const Stream& stream) = 0;
    /// estimate = image - background, at least floor, where its weight is above 0
    virtual void start(const Recorded& observed, float floor, View<float> estimate, const Stream& stream) = 0;
    /// spectrum *= otf, or its conjugate
    virtual void multiply(View<Complex> spectrum, View<const Complex> otf, Conjugate conjugate,
                          const Stream& stream) = 0;

    // iterate: the core of a grid is its first voxels on each axis; where a margin is given, it is filled as well
    /// grid = core
    virtual void spread(View<const float> core, View<float> grid, Margin margin, const Stream& stream) = 0;
    /// partials[0] = misfit of grid + background; grid = observed / (grid + background)
    virtual void ratio(View<float> grid, View<const float> observed, float background, float floor, Margin margin,
                       Misfit* partials, const Stream& stream) = 0;
    /// partials[0] = misfit of course->scale * grid + background
    virtual void misfit(View<const float> grid, const Recorded& observed, const Course* course, float floor,
                        Misfit* partials, const Stream& stream) = 0;
    /// estimate *= grid, at least floor, unless the course has its verdict
    virtual void update(View<const float> grid, View<float> estimate, float floor, const Course* course,
                        const Stream& stream) = 0;
    /// The same, and grid = estimate; previous = the estimate before, unless that view is empty
    virtual void update_and_spread(View<float> grid, View<float> estimate, View<float> previous, float floor,
                                   Margin margin, const Course* course, const Stream& stream) = 0;

    // correct: where views, weights or regularisation come in; the grid's core may be a part of the estimate's
    /// partials[0] = misfit of grid + background; grid = weight (image / (grid + background) - 1)
    virtual void residual(View<float> grid, const Recorded& observed, float floor, Margin margin, Misfit* partials,
                          const Stream& stream) = 0;
    /// `all`, 0 at first, takes in one more: max(all, c), all + share c, or (1 + all) (1 + gain c) ^ share - 1
    virtual void gather(View<const float> correction, View<const float> gain, float share, Gathering how,
                        View<float> all, const Stream& stream) = 0;
    /// gain = 1 / gain, times sight ^ 3 unless that view is empty; 0 where the gain was not above `least`
    virtual void invert(View<float> gain, View<const float> sight, float least, const Stream& stream) = 0;
    /// estimate = point (1 + gain correction) penalty, at least floor; previous as in `update_and_spread`. Nothing once
    /// the course has its verdict.
    virtual void correct(View<const float> correction, const Correction& by, View<const float> point,
                         View<float> estimate, View<float> previous, const Course* course, const Stream& stream) = 0;

    // regularise
    /// penalty = 1 / (1 - strength div(g / |g|)), g the estimate's gradient, |g|^2 at least the square of `softness`
    virtual void total_variation(View<const float> estimate, Spacing spacing, float strength, float softness,
                                 View<float> penalty, const Stream& stream) = 0;
    /// penalty = 1 / (1 - strength laplacian(estimate))
    virtual void tikhonov_miller(View<const float> estimate, Spacing spacing, float strength, View<float> penalty,
                                 const Stream& stream) = 0;

    // accelerate
    /// partials[0] = products of estimate - point with `change` and of that with itself; change = estimate - point
    virtual void change(View<const float> estimate, View<const float> point, View<float> change, Changes* partials,
                        const Stream& stream) = 0;
    /// course->momentum for the next point: by the rule, or what is given for this iteration
    virtual void choose_momentum(const Changes* total, Momentum rule, View<const float> given, Course* course,
                                 const Stream& stream) = 0;
    /// point = estimate + course->momentum (estimate - previous), at least floor
    virtual void predict(View<const float> estimate, View<const float> previous, float floor, const Course* course,
                         View<float> point, const Stream& stream) = 0;

    // thin
    /// taken = what falls to the share that is taken away, in the units of `observed`; kept = observed - taken -
    /// thinning.offset
    virtual void thin(View<const float> observed, const Thinning& thinning, View<float> kept, View<float> taken,
                      const Stream& stream) = 0;

    // consensus: where two halves of an image's photons ask for the same
    /// correction = first + grid; grid = (2 first - 1) (2 grid - 1), `first` and grid being the halves' corrections
    virtual void agree(View<float> grid, View<const float> first, View<float> correction, Margin margin,
                       const Stream& stream) = 0;
    /// estimate *= correction, at least floor, where the grid is not negative; partials[0].expected = in how many
    /// voxels
    virtual void update_agreed(View<const float> grid, View<const float> correction, View<float> estimate, float floor,
                               Misfit* partials, const Stream& stream) = 0;

    // judge
    /// Corrects course->scale, at which `total` was taken, to what gives the estimate the flux that was recorded
    virtual void match_flux(const Misfit* total, double recorded, double background, std::int64_t voxels,
                            Course* course, const Stream& stream) = 0;
    /// The next estimate's divergence, the sum of all `totals`, and, if `automatic`, the verdict: in the course and, in
    /// turn, in a place of `history`, which may be pinned memory. Nothing once there is a verdict.
    virtual void judge(View<const Misfit> totals, bool automatic, Course* course, View<Judgement> history,
                       const Stream& stream) = 0;

    // weigh: operands may be the same where every voxel takes itself
    /// core = the sum over all places at which each of its voxels appears on the grid: the adjoint of `spread`. A
    /// margin that is constant adds nothing.
    virtual void fold(View<const float> grid, Margin margin, View<float> core, const Stream& stream) = 0;
    /// out = in, each voxel times its coefficient
    virtual void weigh(View<const float> in, const Weights& weights, View<float> out, const Stream& stream) = 0;
    /// out = addend + in, each voxel times its coefficient
    virtual void add_weighed(View<const float> in, const Weights& weights, View<const float> addend, View<float> out,
                             const Stream& stream) = 0;
    /// out = spectrum * otf, or its conjugate
    virtual void multiply_to(View<const Complex> spectrum, View<const Complex> otf, Conjugate conjugate,
                             View<Complex> out, const Stream& stream) = 0;
    /// out = addend + spectrum * otf
    virtual void multiply_add(View<const Complex> spectrum, View<const Complex> otf, View<const Complex> addend,
                              View<Complex> out, const Stream& stream) = 0;

    MemoryCount memory;
};

/// The CPU.
PLANAPO_API Backend& cpu_backend();

}  // namespace planapo
