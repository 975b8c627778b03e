// Image after image: while one is restored, the next is on its way to the device and the one before on its way back.
#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <planapo/deconvolve.hpp>
#include <planapo/progress.hpp>

#include "../message.hpp"
#include "../pinned.hpp"

namespace planapo {

namespace {

/// Room for one image and its result on the device; on a GPU also on the host, where both are read and written.
template <typename T>
class Slot {
public:
    Slot(Shape shape, const Device& device)
        : stream_(device), shape_(shape), image_(shape, device), result_(shape, device) {
        if (device.is_cpu()) return;
        image_on_host_ = Pinned<T>(shape.voxels(), device);
        result_on_host_ = Pinned<float>(shape.voxels(), device);
    }

    const Stream& stream() const { return stream_; }
    View<const T> image() const { return image_; }
    View<float> result() { return result_; }

    void fetch(std::int64_t index, const ReadImage<T>& read) {
        if (image_.device().is_cpu()) return read(index, image_);
        read(index, View<T>(image_on_host_.data(), shape_));
        backend().copy(image_on_host_.data(), image_.data(), checked_bytes(shape_, sizeof(T)), stream_);
        stream_.wait();
    }

    void deliver(std::int64_t index, const WriteResult& write, const DeconvolveReport& report) {
        if (result_.device().is_cpu()) return write(index, result_, report);
        backend().copy(result_.data(), result_on_host_.data(), checked_bytes(shape_, sizeof(float)), stream_);
        stream_.wait();
        write(index, View<const float>(result_on_host_.data(), shape_), report);
    }

private:
    Backend& backend() const { return image_.device().backend(); }

    Stream stream_;
    Shape shape_;
    Volume<T> image_;
    Volume<float> result_;
    Pinned<T> image_on_host_;
    Pinned<float> result_on_host_;
};

/// Which image of a series it is, for people.
std::string name_of(std::int64_t index, const Series& series) {
    const std::int64_t of_channel = series.images / series.channels + (series.images % series.channels > 0 ? 1 : 0);
    const std::string channel =
        series.channels == 1 ? "" : fmt::format(" in channel {} of {}", index % series.channels + 1, series.channels);
    return fmt::format("Image {} of {}{}", index / series.channels + 1, of_channel, channel);
}

/// The caller's progress, told of images; what it throws is told from what others throw.
class SeriesProgress {
public:
    SeriesProgress(const Progress& progress, std::int64_t images)
        : progress_(progress), images_(static_cast<double>(images)) {}

    /// Throws `Cancelled` where the caller wants to stop.
    bool at(double images_done) {
        done_ = images_done;
        ask();
        return true;
    }

    /// Waits for reading or writing, and asks meanwhile whether to stop.
    void await(std::future<void>& task) {
        while (task.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) ask();
        task.get();
    }

    bool threw() const { return threw_; }

private:
    void ask() {
        try {
            report(progress_, done_, images_);
        } catch (...) {
            threw_ = true;
            throw;
        }
    }

    const Progress& progress_;
    double images_, done_ = 0;
    bool threw_ = false;
};

/// Two slots in turn, and whoever reads into them and writes from them.
template <typename T>
class Pipeline {
public:
    Pipeline(const Series& series, const Device& device, const ReadImage<T>& read, const WriteResult& write)
        : read_(read), write_(write) {
        for (std::int64_t i = 0; i < std::min<std::int64_t>(2, series.images); ++i)
            slots_.emplace_back(series.shape, device);
    }

    Slot<T>& slot(std::int64_t index) { return slots_[static_cast<std::size_t>(index % 2)]; }

    std::future<void> fetch(std::int64_t index) {
        return std::async(std::launch::async, [this, index] { slot(index).fetch(index, read_); });
    }

    std::future<void> deliver(std::int64_t index, DeconvolveReport report) {
        return std::async(std::launch::async,
                          [this, index, report = std::move(report)] { slot(index).deliver(index, write_, report); });
    }

private:
    const ReadImage<T>& read_;
    const WriteResult& write_;
    std::vector<Slot<T>> slots_;
};

void check(const Series& series) {
    require(series.images >= 1, "A series of {} images is empty.", series.images);
    require(series.channels >= 1 && series.channels <= series.images, "A series of {} cannot have {} channels.",
            counted(series.images, "image"), series.channels);
}

bool is_ready(const std::future<void>& task) {
    return task.valid() && task.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

template <typename T>
void Deconvolver::run_series(const Series& series, const ReadImage<T>& read, const WriteResult& write,
                             const Progress& progress) {
    check(series);
    require(read && write, "A series needs a function that reads images, and one that writes what becomes of them.");
    std::vector<DeconvolveOptions> of_channels(static_cast<std::size_t>(series.channels), options());
    SeriesProgress told(progress, series.images);
    Pipeline<T> pipeline(series, device(), read, write);
    const auto restore_one = [&](std::int64_t index) {
        DeconvolveOptions& decided = of_channels[static_cast<std::size_t>(index % series.channels)];
        Slot<T>& slot = pipeline.slot(index);
        try {
            const auto within = [&](double done, double of) { return told.at(static_cast<double>(index) + done / of); };
            DeconvolveReport report = restore(slot.image(), {}, slot.result(), decided, within, slot.stream());
            // A consensus has updates of its own: so many plain iterations are something else.
            if (report.stop != Stop::consensus) decided.iterations = report.iterations;
            decided.projector.alpha = report.alpha;
            decided.projector.beta = report.beta;
            return report;
        } catch (const InvalidArgument& reason) {
            if (series.images == 1 || told.threw()) throw;
            throw InvalidArgument(fmt::format("{}: {}", name_of(index, series), reason.what()));
        }
    };
    std::future<void> incoming = pipeline.fetch(0), outgoing;  // whoever leaves early waits for both
    for (std::int64_t index = 0; index < series.images; ++index) {
        told.await(incoming);
        if (is_ready(outgoing)) outgoing.get();  // trouble ends it before more is read
        if (index + 1 < series.images) incoming = pipeline.fetch(index + 1);
        DeconvolveReport report = restore_one(index);
        if (outgoing.valid()) told.await(outgoing);
        outgoing = pipeline.deliver(index, std::move(report));
    }
    told.await(outgoing);
}

template PLANAPO_API void Deconvolver::run_series(const Series&, const ReadImage<float>&, const WriteResult&,
                                                  const Progress&);
template PLANAPO_API void Deconvolver::run_series(const Series&, const ReadImage<std::uint16_t>&, const WriteResult&,
                                                  const Progress&);

}  // namespace planapo
