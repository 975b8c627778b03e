// The page: everything that a device must be able to do, grouped by the file that does it.
// Who reads this page knows what CUDA does here. Algorithms are written once, against it, and mention no device.
// All views lie on the device. Verbs are queued on the stream and do not wait, unless it says so.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <planapo/device.hpp>
#include <planapo/export.hpp>
#include <planapo/volume.hpp>

#include "formula.hpp"

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

enum class Conjugate { no, yes };
enum class Planning { estimate, measure };

/// What a look at every voxel tells: how many are not finite and the index (z, y, x order) of the first; of the others,
/// how many are negative, sums and extremes.
struct Survey {
    std::int64_t non_finite = 0, first_non_finite = -1, negative = 0;
    double recorded = 0;      // sum of max(voxel, 0)
    double positive_sum = 0;  // sum of max(voxel - background, 0)
    float minimum = 0, maximum = 0;
};

/// Sums over the voxels of an image and of what was expected there.
struct Misfit {
    double divergence = 0;  // I-divergence, sum of y log(y / p) - y + p
    double expected = 0;    // sum of p
};

/// FFTs of one grid shape, in place, unnormalised.
class Transform {
public:
    virtual ~Transform() = default;
    virtual void forward(View<float> grid, const Stream& stream) = 0;  ///< real grid -> half spectrum
    virtual void inverse(View<float> grid, const Stream& stream) = 0;  ///< half spectrum -> real grid, times its voxels
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
    virtual std::shared_ptr<void> new_stream() = 0;
    /// Waits.
    virtual void wait(const Stream& stream) = 0;

    // fft
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
    /// estimate = observed - background, at least floor
    virtual void start(View<const float> observed, float background, float floor, View<float> estimate,
                       const Stream& stream) = 0;
    /// spectrum *= otf, or its conjugate
    virtual void multiply(View<Complex> spectrum, View<const Complex> otf, Conjugate conjugate,
                          const Stream& stream) = 0;

    // iterate: the core of a grid is its first voxels on each axis; where a margin is given, it is filled as well
    /// grid = core
    virtual void spread(View<const float> core, View<float> grid, Margin margin, const Stream& stream) = 0;
    /// partials[0] = misfit of grid + background; grid = observed / (grid + background)
    virtual void ratio(View<float> grid, View<const float> observed, float background, float floor, Margin margin,
                       Misfit* partials, const Stream& stream) = 0;
    /// partials[0] = misfit of scale * grid + background
    virtual void misfit(View<const float> grid, View<const float> observed, float background, float scale, float floor,
                        Misfit* partials, const Stream& stream) = 0;
    /// estimate *= grid, at least floor
    virtual void update(View<const float> grid, View<float> estimate, float floor, const Stream& stream) = 0;
    /// estimate *= grid, at least floor; grid = estimate
    virtual void update_and_spread(View<float> grid, View<float> estimate, float floor, Margin margin,
                                   const Stream& stream) = 0;

    MemoryCount memory;
};

/// The CPU.
PLANAPO_API Backend& cpu_backend();

}  // namespace planapo
