// An array on a device, as Python sees it: DeviceArray, which other libraries reach through DLPack and
// __cuda_array_interface__.
#pragma once

#include <memory>
#include <vector>

#include "bindings.hpp"

namespace planapo::python {

/// float32, C-contiguous, two or three axes. The memory is its own, or somebody else's whom `owner` keeps alive.
class DeviceArray {
public:
    using Extents = std::vector<std::int64_t>;

    /// New memory, not initialised.
    DeviceArray(const Extents& shape, const Device& device);
    DeviceArray(float* data, const Extents& shape, const Device& device, std::shared_ptr<void> owner, bool writable);

    float* data() const { return data_; }
    const Extents& shape() const { return shape_; }
    const Device& device() const { return device_; }
    const std::shared_ptr<void>& owner() const { return owner_; }
    bool writable() const { return writable_; }

    std::int64_t bytes() const;
    View<float> view() const;  ///< two axes: one plane

private:
    float* data_;
    Extents shape_;
    Device device_;
    std::shared_ptr<void> owner_;
    bool writable_ = true;
};

/// The array that somebody hands over in a DLPack capsule, which is then spent. `name`: of the argument, for errors.
DeviceArray from_dlpack(py::capsule capsule, const std::string& device, const std::string& name);

/// A DLPack capsule of `array`: of version 1 where the consumer asks for one, else of the older kind.
py::capsule to_dlpack(const DeviceArray& array, bool versioned);

/// DLPack's device type and index. A plugin other than CUDA is an extension device.
py::tuple dlpack_device(const DeviceArray& array);

}  // namespace planapo::python
