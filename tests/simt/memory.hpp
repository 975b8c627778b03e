// The memory of the simulated device: every allocation exact, filled with 0xff (NaN) and on record.
#pragma once

#include <cstddef>

namespace simt {

struct Place;

enum class Space { device, pinned };

/// Null if the device has no room: PLANAPO_SIMT_MEMORY bytes in all (read each time), 2 GiB unless set. Pinned memory
/// is not counted.
void* allocate(std::size_t bytes, Space space);

/// Takes an allocation off the record; the caller then frees it. False if `memory` is not the start of one of that
/// kind.
bool forget(void* memory, Space space);

struct Allocation {
    const char* begin = nullptr;  ///< null where nothing was allocated
    std::size_t bytes = 0;
    Space space = Space::device;
};

/// The allocation that holds the byte at `memory`.
Allocation find(const void* memory);

/// Fails unless the bytes lie in one allocation, device or pinned: "a view given to a kernel at cuda/x.cu:40 ...".
void expect_reachable(const void* memory, std::size_t bytes, const char* what, Place place);

std::size_t total_bytes();
std::size_t free_bytes();

/// While one exists, device memory can be touched. Otherwise, under the address sanitizer, it is poisoned: host code
/// that dereferences a device pointer stops at the line.
class DeviceAccess {
public:
    DeviceAccess();
    ~DeviceAccess();
    DeviceAccess(const DeviceAccess&) = delete;
    DeviceAccess& operator=(const DeviceAccess&) = delete;
};

}  // namespace simt
