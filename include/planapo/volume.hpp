// Volumes and views of them: z, y, x; voxels of one row lie side by side.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include <planapo/device.hpp>
#include <planapo/export.hpp>

#if defined(__CUDACC__)
#define PLANAPO_HD __host__ __device__
#else
#define PLANAPO_HD
#endif

// Told the truth about every access made through a View; empty but where the simulator listens.
#if !defined(PLANAPO_CHECK_INDEX)
#define PLANAPO_CHECK_INDEX(view_shape, iz, iy, ix) ((void)0)
#endif

namespace planapo {

/// Extents in voxels.
struct Shape {
    std::int64_t z = 1, y = 1, x = 1;

    PLANAPO_HD constexpr std::int64_t voxels() const { return z * y * x; }
    PLANAPO_HD constexpr std::int64_t rows() const { return z * y; }
    friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// "64 x 256 x 256"
PLANAPO_API std::string to_string(const Shape& shape);

/// The bytes of `shape.voxels()` elements; throws `InvalidArgument` if an extent is below 1 or the product overflows.
PLANAPO_API std::int64_t checked_bytes(const Shape& shape, std::int64_t bytes_per_voxel);

/// The edge lengths of a voxel in micrometres.
struct VoxelSize {
    double z_um = 1, y_um = 1, x_um = 1;
    friend constexpr bool operator==(const VoxelSize&, const VoxelSize&) = default;
};

/// A window on voxels that somebody else owns, on the host or on a device. Rows are contiguous in x; rows and slices
/// may lie apart, so that the image inside a padded grid is a view too. A small value, passed to kernels as it is.
template <typename T>
class View {
public:
    constexpr View() = default;

    /// Contiguous voxels.
    PLANAPO_HD constexpr View(T* data, Shape shape) : View(data, shape, shape.x, shape.x * shape.y) {}

    /// Rows `row_stride` elements apart, slices `slice_stride` elements apart.
    PLANAPO_HD constexpr View(T* data, Shape shape, std::int64_t row_stride, std::int64_t slice_stride)
        : data_(data), shape_(shape), row_stride_(row_stride), slice_stride_(slice_stride) {}

    /// A writable view is a readable one.
    template <typename Writable>
    requires std::is_same_v<const Writable, T> PLANAPO_HD constexpr View(const View<Writable>& view)
        : View(view.data(), view.shape(), view.row_stride(), view.slice_stride()) {}

    PLANAPO_HD constexpr T& operator()(std::int64_t z, std::int64_t y, std::int64_t x) const {
        PLANAPO_CHECK_INDEX(shape_, z, y, x);
        return data_[z * slice_stride_ + y * row_stride_ + x];
    }

    PLANAPO_HD constexpr T* data() const { return data_; }
    PLANAPO_HD constexpr const Shape& shape() const { return shape_; }
    PLANAPO_HD constexpr std::int64_t row_stride() const { return row_stride_; }
    PLANAPO_HD constexpr std::int64_t slice_stride() const { return slice_stride_; }
    PLANAPO_HD constexpr T* row(std::int64_t z, std::int64_t y) const {
        PLANAPO_CHECK_INDEX(shape_, z, y, 0);
        return data_ + z * slice_stride_ + y * row_stride_;
    }
    PLANAPO_HD constexpr bool contiguous() const {
        return row_stride_ == shape_.x && slice_stride_ == shape_.x * shape_.y;
    }
    PLANAPO_HD constexpr bool empty() const { return data_ == nullptr; }

    /// The first `inner` voxels on each axis.
    PLANAPO_HD constexpr View corner(Shape inner) const { return {data_, inner, row_stride_, slice_stride_}; }

private:
    T* data_ = nullptr;
    Shape shape_{0, 0, 0};
    std::int64_t row_stride_ = 0, slice_stride_ = 0;
};

/// Memory on a device, owned. Move-only; freed on the device that gave it. Not initialised.
class PLANAPO_API Buffer {
public:
    Buffer() = default;

    /// Throws `OutOfMemory` naming the bytes asked for and those free.
    Buffer(std::int64_t bytes, const Device& device);
    ~Buffer();
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;

    void* data() const { return data_; }
    std::int64_t bytes() const { return bytes_; }

private:
    Backend* backend_ = nullptr;
    void* data_ = nullptr;
    std::int64_t bytes_ = 0;
};

/// Contiguous voxels on a device, owned. Move-only. Not initialised. One thread may write at a time.
template <typename T>
class Volume {
public:
    Volume() = default;
    explicit Volume(Shape shape, const Device& device = {})
        : buffer_(checked_bytes(shape, sizeof(T)), device), device_(device), shape_(shape) {}

    View<T> view() { return {static_cast<T*>(buffer_.data()), shape_}; }
    View<const T> view() const { return {static_cast<const T*>(buffer_.data()), shape_}; }
    operator View<T>() { return view(); }
    operator View<const T>() const { return view(); }

    T* data() { return static_cast<T*>(buffer_.data()); }
    const T* data() const { return static_cast<const T*>(buffer_.data()); }
    const Shape& shape() const { return shape_; }
    const Device& device() const { return device_; }

private:
    Buffer buffer_;
    Device device_;
    Shape shape_{0, 0, 0};
};

/// A copy of `volume` on `device`. Waits.
template <typename T>
Volume<T> copy_to(const Device& device, const Volume<T>& volume);
extern template PLANAPO_API Volume<float> copy_to(const Device&, const Volume<float>&);

/// The bytes held on `device` by planapo at this moment, and the most held since `reset_peak_bytes`.
PLANAPO_API std::int64_t bytes_in_use(const Device& device);
PLANAPO_API std::int64_t peak_bytes(const Device& device);
PLANAPO_API void reset_peak_bytes(const Device& device);

}  // namespace planapo
