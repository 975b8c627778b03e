// What the facts about an image add up to.
#include <array>

#include <planapo/io.hpp>

#include "../message.hpp"

namespace planapo {

std::optional<VoxelSize> ImageInfo::voxel_size() const {
    if (!voxel_y_um || !voxel_x_um || (!voxel_z_um && size.z > 1)) return std::nullopt;
    return VoxelSize{voxel_z_um.value_or(1), *voxel_y_um, *voxel_x_um};
}

void ImageInfo::set_voxel_size(const VoxelSize& voxel) {
    voxel_z_um = voxel.z_um;
    voxel_y_um = voxel.y_um;
    voxel_x_um = voxel.x_um;
}

std::int64_t ImageInfo::bytes() const {
    std::int64_t total = bytes_per_pixel(type);
    bool fits = true;
    for (const std::int64_t extent : std::array{size.t, size.c, size.z, size.y, size.x}) {
        require(
            extent >= 1,
            "An image of {} time points, {} channels and {} x {} x {} voxels is empty: every extent must be at least "
            "1.",
            size.t, size.c, size.z, size.y, size.x);
        fits &= !__builtin_mul_overflow(total, extent, &total);
    }
    require(fits, "An image of {} time points, {} channels and {} x {} x {} voxels cannot be addressed in 64 bits.",
            size.t, size.c, size.z, size.y, size.x);
    return total;
}

}  // namespace planapo
