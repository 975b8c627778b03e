// Memory that is owned: taken from a device's backend, counted, and given back to it.
#include <planapo/volume.hpp>

#include <utility>

#include "backend.hpp"
#include "message.hpp"

namespace planapo {

std::string to_string(const Shape& shape) { return fmt::format("{} x {} x {}", shape.z, shape.y, shape.x); }

std::int64_t checked_bytes(const Shape& shape, std::int64_t bytes_per_voxel) {
    require(shape.z >= 1 && shape.y >= 1 && shape.x >= 1,
            "A volume of {} voxels is empty: every extent must be at least 1.", to_string(shape));
    std::int64_t bytes = bytes_per_voxel;
    bool fits = true;
    for (const std::int64_t extent : {shape.z, shape.y, shape.x})
        fits &= !__builtin_mul_overflow(bytes, extent, &bytes);
    require(fits, "A volume of {} voxels of {} bytes cannot be addressed in 64 bits.", to_string(shape),
            bytes_per_voxel);
    return bytes;
}

Buffer::Buffer(std::int64_t bytes, const Device& device) : backend_(&device.backend()), bytes_(bytes) {
    data_ = backend_->allocate(bytes);
    if (data_ == nullptr)
        throw OutOfMemory(fmt::format(
            "{} has no room for another {:.1f} MiB: {:.1f} MiB are free, {:.1f} MiB are held by planapo. Crop the "
            "image or use a larger device.",
            device.name(), bytes / 1048576.0, backend_->free_bytes() / 1048576.0, backend_->memory.now / 1048576.0));
    const std::int64_t now = backend_->memory.now += bytes;
    std::int64_t peak = backend_->memory.peak;
    while (now > peak && !backend_->memory.peak.compare_exchange_weak(peak, now)) {
    }
}

Buffer::~Buffer() {
    if (data_ == nullptr) return;
    backend_->release(data_);
    backend_->memory.now -= bytes_;
}

Buffer::Buffer(Buffer&& other) noexcept { *this = std::move(other); }

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

template <typename T>
Volume<T> copy_to(const Device& device, const Volume<T>& volume) {
    Volume<T> copy(volume.shape(), device);
    const Device& worker = device.is_cpu() ? volume.device() : device;  // the side that knows how to reach the other
    const Stream stream(worker);
    worker.backend().copy(volume.data(), copy.data(), checked_bytes(volume.shape(), sizeof(T)), stream);
    stream.wait();
    return copy;
}
template PLANAPO_API Volume<float> copy_to(const Device&, const Volume<float>&);

std::int64_t bytes_in_use(const Device& device) { return device.backend().memory.now; }
std::int64_t peak_bytes(const Device& device) { return device.backend().memory.peak; }
void reset_peak_bytes(const Device& device) { device.backend().memory.peak = device.backend().memory.now.load(); }

View<float> grid_view(float* data, Shape grid) {
    const std::int64_t row = 2 * (grid.x / 2 + 1);
    return {data, grid, row, row * grid.y};
}

View<Complex> spectrum_of(View<float> grid) {
    const Shape real = grid.shape();
    return {reinterpret_cast<Complex*>(grid.data()), Shape{real.z, real.y, real.x / 2 + 1}};
}

std::int64_t grid_bytes(Shape grid) { return checked_bytes({grid.z, grid.y, 2 * (grid.x / 2 + 1)}, sizeof(float)); }

}  // namespace planapo
