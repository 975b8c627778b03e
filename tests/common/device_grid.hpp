// Volumes on a device as the verbs of src/backend.hpp meet them: padded grids, poisoned before, inspected afterwards.
#pragma once

#include <cstdint>
#include <cstring>

#include <planapo/volume.hpp>

#include "backend.hpp"
#include "common/volumes.hpp"

namespace planapo::testing {

/// One T on a device.
template <typename T>
class DeviceValue {
public:
    DeviceValue(const T& value, const Device& device)
        : backend_(device.backend()), storage_(static_cast<std::int64_t>(sizeof(T)), device) {
        backend_.copy(&value, get(), sizeof(T), {});
        backend_.wait({});
    }

    T* get() const { return static_cast<T*>(storage_.data()); }
    T read() const {
        T value;
        backend_.copy(get(), &value, sizeof(T), {});
        backend_.wait({});
        return value;
    }

private:
    Backend& backend_;
    Buffer storage_;
};

/// A real grid on a device. Its voxels start as NaN; what pads its rows must keep its value whatever a verb does to the
/// voxels.
class DeviceGrid {
public:
    DeviceGrid(Shape shape, const Device& device) : DeviceGrid(nan_volume(shape), device) {}

    DeviceGrid(View<const float> voxels, const Device& device) : shape_(voxels.shape()) {
        const Volume<float> padded =
            volume_of(padded_shape(), [&](auto z, auto y, auto x) { return x < shape_.x ? voxels(z, y, x) : padding; });
        storage_ = copy_to(device, padded);
    }

    View<float> view() { return grid_view(storage_.data(), shape_); }

    /// The voxels, on the host.
    Volume<float> voxels() const {
        const Volume<float> padded = copy_to(Device(), storage_);
        return part_of(padded, {0, 0, 0}, shape_);
    }

    bool padding_kept() const {
        const Volume<float> padded = copy_to(Device(), storage_);
        bool kept = true;
        for_each_voxel(padded_shape(), [&](auto z, auto y, auto x) {
            if (x >= shape_.x) kept = kept && padded.view()(z, y, x) == padding;
        });
        return kept;
    }

private:
    static constexpr float padding = -4321.5f;  // no verb makes this value

    Shape padded_shape() const { return {shape_.z, shape_.y, 2 * (shape_.x / 2 + 1)}; }

    Shape shape_;
    Volume<float> storage_;
};

inline Volume<float> on_host(const Volume<float>& volume) { return copy_to(Device(), volume); }

/// Do two volumes hold the same bits? NaNs of the same bits are equal, 0 and -0 are not.
inline bool same_bits(View<const float> a, View<const float> b) {
    bool same = a.shape() == b.shape();
    if (same)
        for_each_voxel(a.shape(), [&](auto z, auto y, auto x) {
            same = same && std::memcmp(&a(z, y, x), &b(z, y, x), sizeof(float)) == 0;
        });
    return same;
}

}  // namespace planapo::testing
