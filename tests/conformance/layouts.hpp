// Cores in the corners of grids, and what their margins must hold.
#pragma once

#include <vector>

#include "backend.hpp"
#include "common/volumes.hpp"

namespace planapo::testing {

/// A core in the corner of a grid.
struct Layout {
    Shape core, grid;
    Margin margin;
};

/// Which voxel of the core position `c` of a grid's axis shows: itself, or what it meets when it walks back, turning at
/// each end.
inline std::int64_t shown_at(std::int64_t c, std::int64_t core, std::int64_t grid, std::int64_t before) {
    if (c >= grid - before) c -= grid;
    while (c < 0 || c >= core) c = c < 0 ? -1 - c : 2 * core - 1 - c;
    return c;
}

/// What the grid must hold when its core holds `core`.
inline Volume<float> spread_original(View<const float> core, const Layout& layout) {
    const auto [shape, grid, margin] = layout;
    return volume_of(grid, [&](auto z, auto y, auto x) {
        const bool inside = z < shape.z && y < shape.y && x < shape.x;
        if (!inside && margin.fill == Margin::Fill::constant) return margin.value;
        return core(shown_at(z, shape.z, grid.z, margin.before.z), shown_at(y, shape.y, grid.y, margin.before.y),
                    shown_at(x, shape.x, grid.x, margin.before.x));
    });
}

/// No margin, a margin on one side or both, one as wide as the core, and one many times as wide.
inline std::vector<Layout> layouts_of(Shape core) {
    std::vector<Layout> layouts;
    const auto add = [&](Shape margin, Shape before) {
        const Shape grid{core.z + margin.z, core.y + margin.y, core.x + margin.x};
        layouts.push_back({core, grid, {Margin::Fill::mirror, before, 0}});
        layouts.push_back({core, grid, {Margin::Fill::constant, before, 1.5f}});
    };
    add({0, 0, 0}, {0, 0, 0});
    add({1, 2, 3}, {0, 1, 3});
    add({core.z, 2, 2 * core.x}, {core.z, 0, core.x});
    add({4, 9, 7}, {2, 4, 4});
    return layouts;
}

/// Where more would take too long: a lopsided margin of mirrors, and one of a constant.
inline std::vector<Layout> two_layouts_of(Shape core) {
    const std::vector<Layout> layouts = layouts_of(core);
    return {layouts[2], layouts.back()};
}

}  // namespace planapo::testing
