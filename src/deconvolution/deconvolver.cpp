// The public face of deconvolution: checks what comes in, keeps what was built for the last shape, and carries host
// images to the device and back.
#include <planapo/deconvolve.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include <planapo/psf.hpp>

#include "../cpu/threads.hpp"
#include "../message.hpp"
#include "kernel.hpp"
#include "options.hpp"
#include "richardson_lucy.hpp"

namespace planapo {

namespace {

template <typename T>
bool overlap(View<const T> image, View<const float> out) {
    const auto ends_before = [](const auto& a, const auto& b) {
        const void* const end = a.data() + a.shape().voxels();
        return std::less_equal<const void*>{}(end, b.data());
    };
    return !ends_before(image, out) && !ends_before(out, image);
}

template <typename T>
void check_images(View<const T> image, View<float> out) {
    checked_bytes(image.shape(), sizeof(float));
    require(!image.empty() && !out.empty(), "The image or the place for the result is a null pointer.");
    require(image.shape() == out.shape(),
            "The image has {} voxels but the place for the result {}: they must be alike.", to_string(image.shape()),
            to_string(out.shape()));
    require(image.contiguous() && out.contiguous(), "The image and the place for the result must be contiguous.");
    require(!overlap<T>(image, out),
            "The image and the place for the result overlap: the image is needed until the end.");
}

void check_finite(const Survey& survey, Shape shape) {
    const std::int64_t first = survey.first_non_finite;
    require(survey.non_finite == 0,
            "The image has {} not finite (NaN or infinity), the first at z, y, x = {}, {}, {}: replace them first.",
            counted(survey.non_finite, "voxel"), first / (shape.y * shape.x), first / shape.x % shape.y,
            first % shape.x);
}

std::string negative_voxels_sentence(const Survey& survey, Shape shape) {
    return fmt::format("{} of {} voxels are negative, down to {:g}: they are taken as 0.", survey.negative,
                       shape.voxels(), survey.minimum);
}

/// Thin stacks cut a little off every PSF.
constexpr double worth_a_warning = 0.01;

std::string out_of_reach_sentence(double share, Shape shape) {
    return fmt::format(
        "{} of the PSF's sum cannot reach from one voxel of an image of {} voxels to another and is cut off.",
        percent(share), to_string(shape));
}

/// Transforms add up all voxels, and an estimate may overshoot: there must be room for that in a float.
void check_range(const Survey& survey) {
    constexpr double most = 1e36;
    require(survey.recorded <= most,
            "The image's voxels, up to {:.3g}, add up to {:.3g}; 32-bit floats have room for {:.0g}: divide the image "
            "first.",
            survey.maximum, survey.recorded, most);
}

/// The smallest positive value that an estimate may have: relative to the image, so that its units do not matter.
double floor_for(const Survey& survey, Shape shape, const DeconvolveOptions& options) {
    constexpr double relative = 1e-6, least = std::numeric_limits<float>::min();
    const double mean = survey.positive_sum / static_cast<double>(shape.voxels());
    return std::max(options.floor.value_or(relative * mean), least);
}

/// Views of an image and its result on the device: the caller's own memory where the device can use it, else copies.
class OnDevice {
public:
    template <typename T>
    OnDevice(View<const T> image, View<float> out, const Device& device, Volume<float>& image_copy,
             Volume<float>& out_copy, const Stream& stream)
        : device_(device), stream_(stream), caller_out_(out) {
        out_ = device.backend().holds(out.data()) ? out : copy_of(out_copy, out.shape());
        bring(image, image_copy);
    }

    View<const float> image() const { return image_; }
    View<float> out() const { return out_; }

    void bring_back() const {
        if (out_.data() != caller_out_.data())
            device_.backend().copy(out_.data(), caller_out_.data(), bytes(), stream_);
        device_.backend().wait(stream_);
    }

private:
    void bring(View<const float> image, Volume<float>& copy) {
        image_ = image;
        if (device_.backend().holds(image.data())) return;
        device_.backend().copy(image.data(), copy_of(copy, image.shape()).data(), bytes(), stream_);
        image_ = copy;
    }

    /// The way leads through the place of the result, which nobody needs yet.
    void bring(View<const std::uint16_t> image, Volume<float>& copy) {
        Backend& backend = device_.backend();
        const Shape shape = image.shape();
        if (!backend.holds(image.data())) {
            auto* const narrow = reinterpret_cast<std::uint16_t*>(out_.data());
            backend.copy(image.data(), narrow, checked_bytes(shape, sizeof(std::uint16_t)), stream_);
            image = View<const std::uint16_t>(narrow, shape);
        }
        backend.widen(image, copy_of(copy, shape), stream_);
        image_ = copy;
    }

    View<float> copy_of(Volume<float>& copy, Shape shape) const {
        if (copy.shape() != shape) copy = Volume<float>(shape, device_);
        return copy;
    }
    std::int64_t bytes() const { return checked_bytes(out_.shape(), sizeof(float)); }

    const Device& device_;
    const Stream& stream_;
    View<float> caller_out_;
    View<const float> image_;
    View<float> out_;
};

/// One thread at a time; and not the same one twice, which would wait for itself.
class Turn {
public:
    Turn(std::atomic<std::thread::id>& busy, std::mutex& mutex) : busy_(busy) {
        require(busy != std::this_thread::get_id(),
                "A Deconvolver cannot restore another image from the progress callback of its own run.");
        lock_ = std::unique_lock(mutex);
        busy = std::this_thread::get_id();
    }
    ~Turn() { busy_ = std::thread::id(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    std::atomic<std::thread::id>& busy_;
    std::unique_lock<std::mutex> lock_;
};

}  // namespace

struct Deconvolver::Work {
    Device device;
    DeconvolveOptions options;
    Volume<float> psf;
    std::vector<std::string> psf_warnings;
    std::mutex mutex;
    std::atomic<std::thread::id> busy_thread;
    std::unique_ptr<RichardsonLucy> algorithm;  // for the last shape
    Volume<float> image_copy, out_copy;         // where host images are worked on by a device that cannot reach them

    RichardsonLucy& algorithm_for(Shape shape) {
        if (algorithm == nullptr || algorithm->image_shape() != shape) {
            algorithm.reset();  // first, so that both never need room at once
            image_copy = Volume<float>();
            out_copy = Volume<float>();
            algorithm = std::make_unique<RichardsonLucy>(psf, shape, options, device);
        }
        return *algorithm;
    }

    DeconvolveReport begin_report(const Survey& survey, Shape shape) const {
        DeconvolveReport result;
        result.warnings = psf_warnings;
        result.floor = floor_for(survey, shape, options);
        result.negative_voxels = survey.negative;
        if (survey.negative > 0) result.warnings.push_back(negative_voxels_sentence(survey, shape));
        if (survey.positive_sum == 0)
            result.warnings.push_back(fmt::format(
                "No voxel is above the background of {:g}, the largest is {:g}: there is nothing to restore.",
                options.background, survey.maximum));
        return result;
    }
};

Deconvolver::Deconvolver(View<const float> psf, const DeconvolveOptions& options, const Device& device)
    : work_(std::make_unique<Work>()) {
    check(options);
    work_->psf = normalised_psf(psf);
    work_->psf_warnings = look_at(work_->psf).warnings;
    work_->options = options;
    work_->device = device;
}

Deconvolver::~Deconvolver() = default;
Deconvolver::Deconvolver(Deconvolver&&) noexcept = default;
Deconvolver& Deconvolver::operator=(Deconvolver&&) noexcept = default;

const Device& Deconvolver::device() const { return work_->device; }
const DeconvolveOptions& Deconvolver::options() const { return work_->options; }

DeconvolvePlan Deconvolver::plan(Shape shape) const {
    checked_bytes(shape, sizeof(float));
    return plan_richardson_lucy(work_->psf, shape, work_->options, work_->device);
}

template <typename T>
DeconvolveReport Deconvolver::restore(View<const T> image, View<float> out, std::optional<int> iterations,
                                      const Progress& progress, const Stream& stream) {
    check_images(image, out);
    Work& work = *work_;
    const Turn turn(work.busy_thread, work.mutex);
    const ThreadLimit threads(work.options.threads);
    const Shape shape = image.shape();
    RichardsonLucy& deconvolution = work.algorithm_for(shape);
    const OnDevice views(image, out, work.device, work.image_copy, work.out_copy, stream);
    const auto background = static_cast<float>(work.options.background);
    const Survey survey = work.device.backend().survey(views.image(), background, stream);
    check_finite(survey, shape);
    check_range(survey);

    DeconvolveReport result = work.begin_report(survey, shape);
    result.psf_share_out_of_reach = deconvolution.psf_share_out_of_reach();
    if (result.psf_share_out_of_reach > worth_a_warning)
        result.warnings.push_back(out_of_reach_sentence(result.psf_share_out_of_reach, shape));
    deconvolution.set_iterations(iterations);
    deconvolution.run(views.image(), views.out(), survey, progress, stream, result);
    views.bring_back();
    return result;
}

// For the series, in another file.
template DeconvolveReport Deconvolver::restore(View<const float>, View<float>, std::optional<int>, const Progress&,
                                               const Stream&);
template DeconvolveReport Deconvolver::restore(View<const std::uint16_t>, View<float>, std::optional<int>,
                                               const Progress&, const Stream&);

DeconvolveReport Deconvolver::run(View<const float> image, View<float> out, const Progress& progress,
                                  const Stream& stream) {
    return restore(image, out, options().iterations, progress, stream);
}

DeconvolveReport Deconvolver::run(View<const std::uint16_t> image, View<float> out, const Progress& progress,
                                  const Stream& stream) {
    return restore(image, out, options().iterations, progress, stream);
}

Restored deconvolve(View<const float> image, View<const float> psf, const DeconvolveOptions& options,
                    const Device& device, const Progress& progress) {
    Restored restored{Volume<float>(image.shape()), {}};
    restored.report = Deconvolver(psf, options, device).run(image, restored.image, progress);
    return restored;
}

}  // namespace planapo
