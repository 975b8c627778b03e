// Richardson-Lucy deconvolution with matched and unmatched back projectors.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <planapo/device.hpp>
#include <planapo/export.hpp>
#include <planapo/progress.hpp>
#include <planapo/varying_psf.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// What carries the ratio observed / expected back to the estimate.
/// `matched` is the mirrored PSF (Richardson 1972, doi:10.1364/JOSA.62.000055; Lucy 1974, doi:10.1086/111605); the
/// others reach the same resolution in a tenth of the iterations (Guo et al. 2020, doi:10.1038/s41587-020-0560-x).
/// `omw`, Wiener within the OTF's own support, also suits light sheets whose OTF is no ellipsoid, skewed or not (Ruan
/// et al. 2024, doi:10.1038/s41592-024-02475-4).
enum class Method { matched, gaussian, butterworth, wiener_butterworth, wiener, omw };

/// What lies outside the image: its mirror image (nothing wraps round), the image again, nothing, or something unknown
/// that is estimated as far as it shines into the image (Bertero and Boccacci 2005, doi:10.1051/0004-6361:20052717).
enum class Boundary { mirror, wrap, zero, unknown };

/// The first estimate: the image itself above the background, or its mean everywhere.
enum class Start { image, flat };

/// What ends a run whose number of iterations is not given.
/// `divergence`: an iteration lowers the I-divergence by less than 0.2 %. `held_out`: one photon in eight is taken away
/// at random; as many iterations of the rest as predict those best are then done on the whole image: twice the work.
/// `consensus`: every iteration splits the photons into halves and changes only what both ask for alike, until neither
/// half is explained better (Manton and York 2023, doi:10.5281/zenodo.10278919): twice the work as well. The last two
/// are for one image without weights, and `matched`.
enum class Stop { divergence, held_out, consensus };

/// The Wiener and Butterworth filters of the back projector (Guo et al. 2020, Methods).
struct ProjectorOptions {
    /// Wiener's regularisation, relative to the largest |OTF| squared; > 0; empty: by the image's signal to noise.
    std::optional<double> alpha = {};
    std::optional<double> beta = {};  ///< the gain at the cutoff; in (0, 1); empty: by the image's signal to noise
    int order = 8;                    ///< of the Butterworth filter in squared frequency; >= 1

    bool operator==(const ProjectorOptions&) const = default;
};

/// Where an iteration starts: at the estimate, or beyond it in the direction in which it has been moving, as far as the
/// last two changes agree (Biggs and Andrews 1997, doi:10.1364/AO.36.001766), or by a given sequence (the scaled heavy
/// ball of Wang and Miller 2014, doi:10.1109/TIP.2013.2291324). For matched projectors: half the iterations.
enum class Acceleration { none, biggs_andrews, heavy_ball };

/// What noise is damped by: nothing; the total variation, which keeps edges (Dey et al. 2006, doi:10.1002/jemt.20294);
/// or the squared gradient, which does not (Tikhonov and Miller).
enum class Penalty { none, total_variation, tikhonov_miller };

struct Regularisation {
    Penalty penalty = Penalty::none;
    double strength = 2e-3;       ///< in (0, 1]; useful from 1e-4 to 1e-1
    VoxelSize voxel = {1, 1, 1};  ///< only the ratios of its edges matter
    /// What counts as bright, > 0, in the image's units: the squared gradient is measured in it. Empty: the image's
    /// mean above the background.
    std::optional<double> scale = {};
};

struct DeconvolveOptions {
    Method method = Method::wiener_butterworth;
    std::optional<int> iterations = {};  ///< exactly so many, >= 1; empty: as `stop` decides
    Stop stop = Stop::divergence;        ///< what decides on the iterations, where they are not given
    /// Photons that a unit of the image above its dark level stands for, > 0; empty: estimated from the image's noise.
    /// For `held_out` and `consensus`.
    std::optional<double> photons_per_unit = {};
    double background = 0;  ///< camera offset and other light that no estimate explains, in the image's units; >= 0
    /// The smallest value of the estimate, > 0; empty: 1e-6 of the image's mean above the background.
    std::optional<double> floor = {};
    Boundary boundary = Boundary::mirror;
    Start start = Start::image;
    ProjectorOptions projector = {};
    Acceleration acceleration = Acceleration::none;
    /// The factors of an earlier run, for chunks that must agree: as its report has them. Empty: by the method.
    std::vector<float> momentum = {};
    Regularisation regularisation = {};
    int threads = 0;  ///< of the CPU; 0: as OpenMP decides
    /// Time FFT plans once and remember them (FFTW's MEASURE and wisdom): slower first run, faster iterations.
    bool measure_plans = false;
};

/// What was done to one image.
struct DeconvolveReport {
    int iterations = 0;
    /// I-divergence per voxel of the start and of every estimate that was judged: `iterations` entries where their
    /// number was given; up to two more where the method decided, which also judges the estimates that it stops at or
    /// steps back from. Unmatched methods overshoot the image's flux at first: theirs is that of the estimate scaled to
    /// it, but with a background and a given number of iterations, or with weights, that of the estimate as it is.
    std::vector<double> divergence;
    std::vector<float> momentum;    ///< of every iteration after the first; empty without acceleration
    std::optional<Stop> stop = {};  ///< by which it was decided how many iterations there are; empty: they were given
    /// Where `stop` is `held_out`: I-divergence per voxel of the photons that were taken away from what the start and
    /// each estimate of the rest predict, up to where it was seen to rise.
    /// Where it is `consensus`: of the two halves, which are others each time.
    std::vector<double> held_out_divergence;
    std::vector<double> agreeing;           ///< for `consensus`: the share of voxels that each iteration changed
    double photons_per_unit = 0, dark = 0;  ///< there: variance of the noise = (mean - dark) / photons_per_unit
    std::int64_t negative_voxels = 0;       ///< below zero in the image, taken as 0
    double psf_share_out_of_reach = 0;      ///< of the PSF's sum, cropped because it cannot reach the image
    double floor = 0;
    std::optional<double> alpha, beta;  ///< of the back projector, given or chosen; empty where the method has none
    /// What they were chosen by: structures above the median, in standard deviations of the noise there, on a sample of
    /// the image (docs/algorithms.md). Empty where nothing was to be chosen, or the image is too small to tell.
    std::optional<double> signal_to_noise;
    std::vector<std::string> warnings;  ///< full sentences
};

/// The memory that one image of a given shape needs, before any is taken.
struct DeconvolvePlan {
    Shape grid;                     ///< the padded shape that is transformed
    std::int64_t device_bytes = 0;  ///< held by planapo on the device while it runs
};

/// Images of one shape, one after the other, such as the time points of a recording. Channels take turns: image i is of
/// channel i % channels.
struct Series {
    Shape shape;
    std::int64_t images = 1, channels = 1;
};

/// Fills `image`, on the host, with image `index` of a series.
template <typename T>
using ReadImage = std::function<void(std::int64_t index, View<T> image)>;

/// Takes what became of image `index`; `result` is on the host and gone after the call.
using WriteResult = std::function<void(std::int64_t index, View<const float> result, const DeconvolveReport& report)>;

/// A plan: built once for a PSF, run on many images. OTFs, buffers and FFT plans are kept as long as the images' shape
/// stays the same. Safe to call from several threads, which then take turns; give each thread its own, and on a GPU a
/// Stream of its own, to run side by side.
class PLANAPO_API Deconvolver {
public:
    /// `psf` on the host: any shape, origin at index n / 2 on each axis, taken as it is and normalised to sum 1.
    /// Throws `InvalidArgument` if the PSF is not finite or its sum is not positive, or an option is out of range.
    explicit Deconvolver(View<const float> psf, const DeconvolveOptions& options = {}, const Device& device = {});
    /// Blur that varies in space.
    explicit Deconvolver(const VaryingPsf& psf, const DeconvolveOptions& options = {}, const Device& device = {});
    ~Deconvolver();
    Deconvolver(Deconvolver&&) noexcept;
    Deconvolver& operator=(Deconvolver&&) noexcept;

    /// What an image of `shape` will need: of floats, on the host.
    DeconvolvePlan plan(Shape shape) const;

    /// Restores `image` into `out` (both of one shape, both contiguous, both on the host or both on the Deconvolver's
    /// device; they may not overlap). Allocates only when the shape differs from the last one's, or comes from
    /// elsewhere or in another type. Waits. Voxels on a GPU must be there, or be queued on `stream`: no other stream is
    /// waited for. If it throws, `out` holds nothing useful. Throws `InvalidArgument` for voxels that are not finite
    /// (how many, where the first is), `OutOfMemory`, `Cancelled`.
    DeconvolveReport run(View<const float> image, View<float> out, const Progress& progress = {},
                         const Stream& stream = {});

    /// The same for what a camera recorded: it travels to a GPU at half the size, and becomes float there.
    DeconvolveReport run(View<const std::uint16_t> image, View<float> out, const Progress& progress = {},
                         const Stream& stream = {});

    /// The same, with how far each voxel is to be trusted: 0 (not at all: whatever is recorded there, NaN too, is
    /// ignored, and what lies there is estimated from what surrounds it) and above. What is seen by less than a
    /// hundredth of the largest weight counts as unseen, and becomes dark. Of the image's shape, on the same side.
    /// Takes up to four volumes more. Throws `InvalidArgument` for weights that are negative, not finite or 0
    /// everywhere.
    DeconvolveReport run_weighted(View<const float> image, View<const float> weights, View<float> out,
                                  const Progress& progress = {}, const Stream& stream = {});

    /// Restores the images of a series. While one is restored, the next is read and carried to the device, and the one
    /// before is carried back and written. What is left to the method, such as how many iterations there are, alpha and
    /// beta, is decided on the first image of each channel for all others; only a consensus decides on each when to
    /// stop. Holds two images and two results more than `run`.
    /// T: float or std::uint16_t. Calls `read` and `write` in the order of the images, from threads other than the
    /// caller's, one for each call, at the same time as each other. Progress counts the images that are restored, also
    /// while it waits for others. What `read`, `write` or `progress` throw ends the series, once calls that are under
    /// way have returned, and reaches the caller; of several the first that is noticed. Throws as `run` does, and says
    /// which image it was.
    template <typename T>
    void run_series(const Series& series, const ReadImage<T>& read, const WriteResult& write,
                    const Progress& progress = {});

    const Device& device() const;
    const DeconvolveOptions& options() const;

private:
    struct Work;

    template <typename T>
    DeconvolveReport restore(View<const T> image, View<const float> weights, View<float> out,
                             const DeconvolveOptions& decided, const Progress& progress, const Stream& stream);

    std::unique_ptr<Work> work_;
};

extern template PLANAPO_API void Deconvolver::run_series(const Series&, const ReadImage<float>&, const WriteResult&,
                                                         const Progress&);
extern template PLANAPO_API void Deconvolver::run_series(const Series&, const ReadImage<std::uint16_t>&,
                                                         const WriteResult&, const Progress&);

/// An image and what was done to get it.
struct Restored {
    Volume<float> image;
    DeconvolveReport report;
};

/// One-off convenience over `Deconvolver`; image and result on the host.
PLANAPO_API Restored deconvolve(View<const float> image, View<const float> psf, const DeconvolveOptions& options = {},
                                const Device& device = {}, const Progress& progress = {});

}  // namespace planapo
