#include "steps.hpp"

#include "stop.hpp"

namespace planapo {

bool keeps_previous(const DeconvolveOptions& options) {
    return stops_by_itself(options) && options.method != Method::matched;
}

Workspace::Workspace(Shape image_shape, std::int64_t number_of_views, Shape radius, const DeconvolveOptions& wanted,
                     const Device& on)
    : device(on),
      backend(device.backend()),
      options(wanted),
      image(image_shape),
      views(number_of_views),
      layout(working_grid(image, radius, options.boundary, backend.fft_costs())),
      grid_memory(grid_bytes(layout.grid), device),
      sums_per_view(backend.partial_sums(image)) {
    transform = backend.plan_transform(grid(), options.measure_plans ? Planning::measure : Planning::estimate);
    sums = Buffer((views + 1) * sums_per_view * static_cast<std::int64_t>(sizeof(Misfit)), device);
    courses = Buffer(views * static_cast<std::int64_t>(sizeof(Course)), device);
    history = Pinned<Judgement>(4, device);  // two steps under way, one just done, and the one that is read
}

void Workspace::judge(const Stream& stream) const {
    const View<const Misfit> totals(partials(), {1, views, 1}, sums_per_view, views * sums_per_view);
    backend.judge(totals, stops_by_itself(options), course(), history.view(), stream);
}

void Workspace::forget(const Run& run, const Stream& stream) {
    fresh.scale = run.held_out ? run.held_out->scale : 1;
    for (std::int64_t view = 0; view < views; ++view) backend.copy(&fresh, course(view), sizeof fresh, stream);
}

}  // namespace planapo
