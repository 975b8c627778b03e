// From pages to planes, for files that list their pages in one regular order.
#include <algorithm>

#include "../message.hpp"
#include "contents.hpp"

namespace planapo::io {

namespace {

/// The planes of `count` uncompressed images that lie one behind the other after the header of the only page.
std::vector<PlaneSource> planes_without_headers(const SourceFiles& files, std::int64_t page, std::int64_t count) {
    const Page& header = files.pages()[static_cast<std::size_t>(page)];
    const Layout& layout = header.layout;
    require(layout.packing == Layout::Packing::none && layout.samples == 1,
            "'{}' states {} planes and holds one page, which is {}; it may be truncated.", files.path(), count,
            layout.samples > 1 ? "in colour" : "compressed");
    const std::int64_t bytes = layout.sample_bytes();
    require(count <= (files.bytes() - header.first_byte) / bytes,
            "'{}' is truncated: its {} planes of {} bytes should begin at byte {}, but the file ends at {}.",
            files.path(), count, bytes, header.first_byte, files.bytes());
    std::vector<PlaneSource> planes(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
        planes[static_cast<std::size_t>(i)] = {0, 0, page, header.first_byte + i * bytes};
    return planes;
}

/// The planes of one sample each, in the order of the file.
std::vector<PlaneSource> planes_in_file(const SourceFiles& files, std::int64_t count) {
    const std::vector<std::int64_t> pages = image_pages(files);
    if (pages.size() == 1 && count > 1) return planes_without_headers(files, pages[0], count);
    require(static_cast<std::int64_t>(pages.size()) == count,
            "'{}' states {} planes and holds {} pages; it may be truncated.", files.path(), count, pages.size());
    std::vector<PlaneSource> planes(pages.size());
    for (std::size_t i = 0; i < pages.size(); ++i) planes[i].page = pages[i];
    return planes;
}

}  // namespace

std::vector<std::int64_t> image_pages(const SourceFiles& files) {
    std::vector<std::int64_t> images, all;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(files.pages().size()); ++i) {
        all.push_back(i);
        if (files.pages()[static_cast<std::size_t>(i)].role == Page::Role::image) images.push_back(i);
    }
    return images.empty() ? all : images;
}

void lay_out(Contents& contents, const PlaneOrder& order, const SourceFiles& files) {
    std::int64_t count = order.t;
    const bool fits =
        !__builtin_mul_overflow(count, order.c, &count) && !__builtin_mul_overflow(count, order.z, &count);
    require(fits && std::min({order.t, order.c, order.z}) >= 1,
            "'{}' states {} time points, {} channels and {} planes, which cannot be.", files.path(), order.t, order.c,
            order.z);
    const std::vector<PlaneSource> in_file = planes_in_file(files, count);
    const Layout& layout = files.pages()[static_cast<std::size_t>(in_file[0].page)].layout;
    contents.info.type = layout.type;
    contents.info.size = {order.t, order.c * layout.samples, order.z, layout.height, layout.width};

    // How far apart neighbours on each axis lie among the planes of the file.
    std::int64_t step_t = 0, step_c = 0, step_z = 0, step = 1;
    for (const char axis : order.fastest_first) {
        (axis == 'T' ? step_t : axis == 'C' ? step_c : step_z) = step;
        step *= axis == 'T' ? order.t : axis == 'C' ? order.c : order.z;
    }
    for (std::int64_t t = 0; t < order.t; ++t)
        for (std::int64_t c = 0; c < order.c; ++c)
            for (std::int32_t sample = 0; sample < layout.samples; ++sample)
                for (std::int64_t z = 0; z < order.z; ++z) {
                    PlaneSource plane = in_file[static_cast<std::size_t>(t * step_t + c * step_c + z * step_z)];
                    plane.sample = sample;
                    contents.planes.push_back(plane);
                }
}

}  // namespace planapo::io
