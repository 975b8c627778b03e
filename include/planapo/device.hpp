// Where the work runs: the CPU, or a GPU through a plugin that is opened on first use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <planapo/export.hpp>

namespace planapo {

class Backend;

/// A device by name. A small value; cheap to copy. Thread-safe.
class PLANAPO_API Device {
public:
    /// The CPU.
    Device() = default;

    /// `"cpu"`, `"cuda"` (the same as `"cuda:0"`), `"cuda:N"`, or `"auto"`: the first GPU that works, else the CPU.
    /// Throws `InvalidArgument` for any other name, and `DeviceUnavailable`, with the reason, if it is not there.
    explicit Device(std::string_view name);

    /// `"cpu"`, `"cuda:0"`, ...
    std::string name() const;
    bool is_cpu() const { return backend_ == nullptr; }
    int index() const { return index_; }

    /// What planapo asks of this device: for planapo's own algorithms (`src/backend.hpp`).
    Backend& backend() const;

    friend bool operator==(const Device& a, const Device& b) { return a.backend_ == b.backend_; }

private:
    Backend* backend_ = nullptr;  // owned by the process-wide list of devices, never freed; null is the CPU
    std::string kind_ = "cpu";
    int index_ = 0;
};

/// One line of the list of devices.
struct DeviceInfo {
    std::string name;         ///< as `Device` takes it
    std::string description;  ///< the card or processor in words; for the CPU the FFT library in use as well
    bool available = false;
    std::string remark;             ///< why it is not available, or what would make it faster; may be empty
    std::int64_t memory_bytes = 0;  ///< total memory, 0 where unknown
};

/// Every device that planapo knows of here, the CPU first. A GPU that cannot be used is listed with the reason.
PLANAPO_API std::vector<DeviceInfo> devices();

/// An ordered queue of work on one device. `Stream{}` is the device's own stream. On the CPU work is done when the call
/// returns. Copies share the queue; a stream may be used by one thread at a time.
class PLANAPO_API Stream {
public:
    Stream() = default;

    /// A new queue on `device`.
    explicit Stream(const Device& device);

    /// A queue on `device` that somebody else owns (a `cudaStream_t`; null is CUDA's default stream), which must
    /// outlive this.
    static Stream borrowed(void* native_handle, const Device& device);

    /// Waits until everything queued so far is done. `Stream{}` belongs to no device yet and waits for nothing.
    void wait() const;

    void* native_handle() const { return handle_.get(); }

private:
    std::shared_ptr<void> handle_;
    Backend* backend_ = nullptr;
};

}  // namespace planapo
