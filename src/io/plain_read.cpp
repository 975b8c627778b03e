// TIFF files that are neither OME's nor ImageJ's: pages are z, unless tifffile left their shape.
#include <algorithm>
#include <cmath>

#include "../message.hpp"
#include "contents.hpp"
#include "text.hpp"

namespace planapo::io {

namespace {

/// The text after `"key": ` in the one-line JSON object that tifffile leaves, up to the character `end`.
std::string_view after_key(std::string_view description, std::string_view key, char begin, char end) {
    const std::size_t found = description.find(fmt::format("\"{}\": {}", key, begin));
    if (found == std::string_view::npos) return {};
    const std::size_t start = found + key.size() + 5;
    const std::size_t stop = description.find(end, start);
    return stop == std::string_view::npos ? std::string_view() : description.substr(start, stop - start);
}

std::vector<std::int64_t> shape_in(std::string_view description) {
    std::vector<std::int64_t> shape;
    std::string_view list =
        description.starts_with('{') ? after_key(description, "shape", '[', ']') : std::string_view();
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const auto extent = number<std::int64_t>(list.substr(0, comma));
        if (!extent || *extent < 1) return {};
        shape.push_back(*extent);
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return shape;
}

/// How many of the last axes lie within a page of that layout; 0 if the shape is not that of such pages.
std::size_t axes_in_page(const std::vector<std::int64_t>& shape, const Layout& page) {
    std::vector<std::int64_t> inner{page.height, page.width};
    if (page.samples > 1)
        inner.insert(page.order == Layout::Samples::separate ? inner.begin() : inner.end(), page.samples);
    const auto ends_with = [&](const std::vector<std::int64_t>& tail) {
        return shape.size() >= tail.size() && std::equal(tail.rbegin(), tail.rend(), shape.rbegin());
    };
    if (ends_with(inner)) return inner.size();
    inner.push_back(1);
    return ends_with(inner) ? inner.size() : 0;
}

/// The order of the planes of an array that tifffile wrote, from the axes outside its pages and, where it has them,
/// their names.
PlaneOrder order_of(const std::vector<std::int64_t>& outer, std::string_view names, const std::string& path) {
    PlaneOrder order{.t = 1, .c = 1, .z = 1, .fastest_first = ""};
    for (std::size_t i = outer.size(); i-- > 0;) {
        if (outer[i] == 1) continue;
        const char name = i < names.size() && (names[i] == 'T' || names[i] == 'C') ? names[i] : 'Z';
        require(order.fastest_first.find(name) == std::string::npos,
                "'{}' is an array of {} axes that are not named: which is z, which time or channel? Write it with "
                "ImageJ's or OME's metadata "
                "(tifffile.imwrite(..., imagej=True), or a name ending in .ome.tif with metadata={{'axes': 'TZCYX'}}).",
                path, outer.size() + 2);
        (name == 'T' ? order.t : name == 'C' ? order.c : order.z) = outer[i];
        order.fastest_first += name;
    }
    for (const char axis : {'Z', 'C', 'T'})
        if (order.fastest_first.find(axis) == std::string::npos) order.fastest_first += axis;
    return order;
}

/// Pages are z, unless tifffile left their shape.
PlaneOrder plane_order(const std::string& description, const SourceFiles& files) {
    const std::vector<std::int64_t> shape = shape_in(description);
    if (const std::size_t inner = axes_in_page(shape, files.pages()[0].layout); inner > 0) {
        const std::string_view names = after_key(description, "axes", '"', '"');
        const std::vector<std::int64_t> outer(shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(inner));
        return order_of(outer, names.size() == shape.size() ? names : std::string_view(), files.path());
    }
    return {.t = 1, .c = 1, .z = static_cast<std::int64_t>(image_pages(files).size()), .fastest_first = "ZCT"};
}

}  // namespace

std::optional<double> resolution_um(double per_unit, int unit) {
    constexpr double um_per_inch = 25400, um_per_cm = 10000;
    if (unit != 2 && unit != 3) return std::nullopt;
    const double size = (unit == 2 ? um_per_inch : um_per_cm) / per_unit;
    if (!positive(size)) return std::nullopt;
    // What programs write when they know nothing: the resolutions of screens and printers.
    for (const double dots_per_inch :
         {1.0, 72.0, 75.0, 96.0, 100.0, 120.0, 150.0, 200.0, 300.0, 400.0, 600.0, 1200.0, 2400.0})
        if (std::abs(size * dots_per_inch / um_per_inch - 1) < 1e-3) return std::nullopt;
    return size;
}

Contents read_plain(const FirstPage& first, const SourceFiles& files) {
    Contents contents;
    contents.info.description = first.description;
    contents.info.voxel_y_um = resolution_um(first.y_per_unit, first.resolution_unit);
    contents.info.voxel_x_um = resolution_um(first.x_per_unit, first.resolution_unit);
    lay_out(contents, plane_order(first.description, files), files);
    return contents;
}

}  // namespace planapo::io
