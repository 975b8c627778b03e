// Image after image: while one is restored, the next is on its way to the device and the one before on its way back.
#include <algorithm>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <planapo/deconvolve.hpp>

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

/// What `restore` gives or, where it refuses, which image of the series it refuses.
DeconvolveReport named(std::int64_t index, const Series& series, const std::function<DeconvolveReport()>& restore) {
    try {
        return restore();
    } catch (const InvalidArgument& reason) {
        if (series.images == 1) throw;
        const std::string channel =
            series.channels == 1 ? ""
                                 : fmt::format(" in channel {} of {}", index % series.channels + 1, series.channels);
        throw InvalidArgument(fmt::format("Image {} of {}{}: {}", index / series.channels + 1,
                                          (series.images + series.channels - 1) / series.channels, channel,
                                          reason.what()));
    }
}

}  // namespace

template <typename T>
void Deconvolver::run_series(const Series& series, const ReadImage<T>& read, const WriteResult& write,
                             const Progress& progress) {
    require(series.images >= 1 && series.channels >= 1, "A series of {} images in {} channels is empty.", series.images,
            series.channels);
    const auto total = static_cast<double>(series.images);
    std::vector<std::optional<int>> iterations(static_cast<std::size_t>(series.channels), options().iterations);
    std::vector<Slot<T>> slots;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(2, series.images); ++i)
        slots.emplace_back(series.shape, device());
    const auto slot_of = [&](std::int64_t index) -> Slot<T>& { return slots[static_cast<std::size_t>(index % 2)]; };
    const auto fetch = [&](std::int64_t index) {
        return std::async(std::launch::async, [&, index] { slot_of(index).fetch(index, read); });
    };
    const auto deliver = [&](std::int64_t index, DeconvolveReport report) {
        return std::async(std::launch::async,
                          [&, index, report = std::move(report)] { slot_of(index).deliver(index, write, report); });
    };
    std::future<void> incoming = fetch(0), outgoing;  // whoever leaves early waits for both
    for (std::int64_t index = 0; index < series.images; ++index) {
        incoming.get();
        if (index + 1 < series.images) incoming = fetch(index + 1);
        Slot<T>& slot = slot_of(index);
        std::optional<int>& decided = iterations[static_cast<std::size_t>(index % series.channels)];
        const auto within = [&](double done, double of) {
            return !progress || progress(static_cast<double>(index) + done / of, total);
        };
        DeconvolveReport report =
            named(index, series, [&] { return restore(slot.image(), slot.result(), decided, within, {}); });
        decided = report.iterations;
        if (outgoing.valid()) outgoing.get();
        outgoing = deliver(index, std::move(report));
    }
    outgoing.get();
}

template PLANAPO_API void Deconvolver::run_series(const Series&, const ReadImage<float>&, const WriteResult&,
                                                  const Progress&);
template PLANAPO_API void Deconvolver::run_series(const Series&, const ReadImage<std::uint16_t>&, const WriteResult&,
                                                  const Progress&);

}  // namespace planapo
