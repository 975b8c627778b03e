// A PSF's voxels. Everything is symmetric about the axis, so one quadrant of a plane is computed and then mirrored.
#include "render.hpp"

#include <algorithm>
#include <cmath>

#include "../../cpu/threads.hpp"
#include "../../message.hpp"
#include "../support.hpp"
#include "focus.hpp"
#include "interpolate.hpp"

namespace planapo {
namespace {

/// What the pixels in one row of a quadrant receive, the axis in the middle of the very first.
std::vector<RadialSum> pixels_of_row(std::int64_t y, std::int64_t width, VoxelSize voxel, const RadialGrid& grid,
                                     double bandwidth_per_um) {
    std::vector<RadialSum> pixels(width);
    for (std::int64_t x = 0; x < width; ++x) {
        const Rectangle pixel{static_cast<double>(y) * voxel.y_um, static_cast<double>(x) * voxel.x_um, voxel.y_um,
                              voxel.x_um};
        pixels[x] = mean_over(pixel, grid.step_um, bandwidth_per_um);
    }
    return pixels;
}

/// Mirrors half a row to either side of the middle, and that to either side of the plane's middle.
void put(const std::vector<float>& half, View<float> out, std::int64_t z, std::int64_t y) {
    const Shape& shape = out.shape();
    for (const std::int64_t row : {shape.y / 2 - y, shape.y / 2 + y}) {
        if (row >= shape.y) continue;
        float* to = out.row(z, row);
        for (std::int64_t x = 0; x < shape.x; ++x) to[x] = half[std::abs(x - shape.x / 2)];
    }
}

/// `light` is what each plane gets of its intensity.
void draw(const RadialTable& table, const RadialGrid& grid, VoxelSize voxel, double bandwidth_per_um,
          const std::vector<double>& light, View<float> out) {
    const Shape& shape = out.shape();
#pragma omp parallel for schedule(dynamic) num_threads(threads_for(shape.voxels()))
    for (std::int64_t y = 0; y <= shape.y / 2; ++y) {
        const auto pixels = pixels_of_row(y, shape.x / 2 + 1, voxel, grid, bandwidth_per_um);
        std::vector<float> half(pixels.size());
        for (std::int64_t z = 0; z < shape.z; ++z) {
            for (std::size_t x = 0; x < pixels.size(); ++x)
                half[x] = static_cast<float>(light[z] * pixels[x].of(table.plane(z)));
            put(half, out, z, y);
        }
    }
}

/// The radii that the pixels touch, and a stage position for each plane.
RadialGrid grid_for(const Shape& shape, VoxelSize voxel, double bandwidth_per_um, double origin_um) {
    // Sixteen radii a period where two would do: interpolation is then right to 1e-5 of the highest frequency, and
    // there is little light in that.
    RadialGrid grid{1 / (16 * bandwidth_per_um), 0, {}};
    const double furthest_um = std::hypot((static_cast<double>(shape.y / 2) + 0.5) * voxel.y_um,
                                          (static_cast<double>(shape.x / 2) + 0.5) * voxel.x_um);
    grid.radii = static_cast<std::int64_t>(furthest_um / grid.step_um) + interpolation_margin + 1;
    for (std::int64_t z = 0; z < shape.z; ++z)
        grid.stage_um.push_back(origin_um + static_cast<double>(z - shape.z / 2) * voxel.z_um);
    return grid;
}

void normalise(Volume<float>& psf) {
    const std::int64_t voxels = psf.shape().voxels();
    double sum = 0;
    for (std::int64_t i = 0; i < voxels; ++i) sum += psf.data()[i];
    require(sum > 0, "None of the light falls into the PSF's {} voxels: let its origin be the peak.",
            to_string(psf.shape()));
    const double scale = 1 / sum;
    for (std::int64_t i = 0; i < voxels; ++i) psf.data()[i] = static_cast<float>(psf.data()[i] * scale);
}

Volume<float> drawn(const Recipe& recipe, VoxelSize voxel, const Shape& shape, double origin_um, double focus_um) {
    const RadialGrid grid = grid_for(shape, voxel, recipe.bandwidth_per_um, origin_um);
    const RadialTable table = recipe.intensity(grid);
    const double brightest = *std::max_element(table.plane(0), table.plane(0) + table.radii() * table.planes());
    std::vector<double> light;
    for (const double stage_um : grid.stage_um) light.push_back(recipe.illumination(stage_um - focus_um) / brightest);
    Volume<float> psf(shape);
    draw(table, grid, voxel, recipe.bandwidth_per_um, light, psf);
    normalise(psf);
    return psf;
}

/// `extent` if it is given; else odd, to hold a window of so much to either side.
std::int64_t odd_extent(std::int64_t extent, double window_um, double voxel_um) {
    constexpr double most = 127;
    if (extent > 0) return extent / 2 * 2 + 1;
    return 2 * static_cast<std::int64_t>(std::min(most, window_um / voxel_um)) + 1;
}

}  // namespace

ModelPsf render(const Recipe& recipe, VoxelSize voxel, const ModelPsfOptions& options) {
    const double focus_um = brightest_um(recipe);
    const double origin_um = options.origin == PsfOrigin::peak ? focus_um : recipe.layers.specimen.um;
    Shape shape = options.shape;
    if (shape.voxels() == 0) {
        const FocalSpan span = focal_span(recipe.layers);
        const double axial_um =
            10 * recipe.layers.axial_length_um() + (span.last - span.first) + std::abs(focus_um - origin_um);
        const double lateral_um = 30 * recipe.layers.airy_radius_um();
        const Shape window{odd_extent(shape.z, axial_um, voxel.z_um), odd_extent(shape.y, lateral_um, voxel.y_um),
                           odd_extent(shape.x, lateral_um, voxel.x_um)};
        Volume<float> psf = drawn(recipe, voxel, window, origin_um, focus_um);
        const Index3 reach = box_of_energy(psf, options.energy).reach;
        if (shape.z == 0) shape.z = 2 * reach[0] + 1;
        if (shape.y == 0) shape.y = 2 * reach[1] + 1;
        if (shape.x == 0) shape.x = 2 * reach[2] + 1;
        if (shape == window) return {std::move(psf), origin_um};
    }
    return {drawn(recipe, voxel, shape, origin_um, focus_um), origin_um};
}

}  // namespace planapo
