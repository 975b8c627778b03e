// Image after image: while one is restored, the next is on its way to the device and the one before on its way back.
#include <array>
#include <future>

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

}  // namespace

template <typename T>
void Deconvolver::run_series(Shape shape, std::int64_t count, const ReadImage<T>& read, const WriteResult& write,
                             const Progress& progress) {
    require(count >= 1, "A series of {} images is empty.", count);
    const auto total = static_cast<double>(count);
    std::array<Slot<T>, 2> slots{Slot<T>(shape, device()), Slot<T>(shape, device())};
    const auto fetch = [&](std::int64_t index) {
        return std::async(std::launch::async, [&, index] { slots[index % 2].fetch(index, read); });
    };
    const auto deliver = [&](std::int64_t index, DeconvolveReport report) {
        return std::async(std::launch::async,
                          [&, index, report = std::move(report)] { slots[index % 2].deliver(index, write, report); });
    };
    std::future<void> incoming = fetch(0), outgoing;  // whoever leaves early waits for both
    for (std::int64_t index = 0; index < count; ++index) {
        incoming.get();
        if (index + 1 < count) incoming = fetch(index + 1);
        Slot<T>& slot = slots[index % 2];
        DeconvolveReport report = run(slot.image(), slot.result(), [&](double done, double of) {
            return !progress || progress(static_cast<double>(index) + done / of, total);
        });
        if (outgoing.valid()) outgoing.get();
        outgoing = deliver(index, std::move(report));
    }
    outgoing.get();
}

template PLANAPO_API void Deconvolver::run_series(Shape, std::int64_t, const ReadImage<float>&, const WriteResult&,
                                                  const Progress&);
template PLANAPO_API void Deconvolver::run_series(Shape, std::int64_t, const ReadImage<std::uint16_t>&,
                                                  const WriteResult&, const Progress&);

}  // namespace planapo
