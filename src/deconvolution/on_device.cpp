#include "on_device.hpp"

namespace planapo {

OnDevice::OnDevice(View<float> out, const Device& device, Copies& copies, const Stream& stream)
    : device_(device), backend_(device.backend()), stream_(stream), caller_out_(out), out_(out) {
    if (!backend_.holds(out.data())) out_ = copy_of(copies.out);
}

Recorded OnDevice::bring(View<const float> image, View<const float> weights, double background,
                         Copies::OfView& copy) const {
    return admitted(reachable(image, copy.image), weights, background, copy);
}

/// The way leads through the place of the result, which nobody needs yet.
Recorded OnDevice::bring(View<const std::uint16_t> image, View<const float> weights, double background,
                         Copies::OfView& copy) const {
    const Shape shape = image.shape();
    if (!backend_.holds(image.data())) {
        auto* const narrow = reinterpret_cast<std::uint16_t*>(out_.data());
        backend_.copy(image.data(), narrow, checked_bytes(shape, sizeof(std::uint16_t)), stream_);
        image = View<const std::uint16_t>(narrow, shape);
    }
    backend_.widen(image, copy_of(copy.image), stream_);
    return admitted(copy.image, weights, background, copy);
}

Recorded OnDevice::admitted(View<const float> image, View<const float> weights, double background,
                            Copies::OfView& copy) const {
    const auto offset = static_cast<float>(background);
    if (weights.empty()) return {image, {}, offset};
    weights = reachable(weights, copy.weights);
    backend_.admit(image, weights, copy_of(copy.image), stream_);
    return {copy.image, weights, offset};
}

View<const float> OnDevice::reachable(View<const float> volume, Volume<float>& copy) const {
    if (backend_.holds(volume.data())) return volume;
    backend_.copy(volume.data(), copy_of(copy).data(), bytes(), stream_);
    return copy;
}

View<float> OnDevice::copy_of(Volume<float>& copy) const {
    if (copy.shape() != out_.shape()) copy = Volume<float>(out_.shape(), device_);
    return copy;
}

void OnDevice::bring_back() const {
    if (out_.data() != caller_out_.data()) backend_.copy(out_.data(), caller_out_.data(), bytes(), stream_);
    backend_.wait(stream_);
}

}  // namespace planapo
