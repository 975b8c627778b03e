#include "verbs.hpp"

#include <algorithm>
#include <vector>

#include "plugin/walk.cuh"

namespace planapo::testing {

Verbs::Verbs(const Layout& layout)
    : layout_(layout),
      observed_(layout.core.voxels()),
      estimate_(layout.core.voxels()),
      previous_(layout.core.voxels()),
      weights_(layout.core.voxels()),
      all_(layout.core.voxels()),
      grid_(grid_bytes(layout.grid) / 4),
      otf_(grid_bytes(layout.grid) / 4),
      narrow_(layout.core.voxels()),
      partials_(blocks()),
      changes_(blocks()),
      places_(std::max({layout.grid.z, layout.grid.y, layout.grid.x})),
      course_(1),
      history_(1) {
    // (1 + i) (1 + i) = 2i: a product is known by its changing.
    for (const auto* memory : {&observed_, &estimate_, &previous_, &weights_, &all_, &grid_, &otf_})
        backend_.fill({memory->data(), {1, 1, memory->elements()}}, 1.f, {});
    std::vector<Place> places;
    while (std::ssize(places) < places_.elements()) places.push_back({static_cast<std::int32_t>(places.size()), 0, 0});
    backend_.copy(places.data(), places_.data(), places_.elements() * std::int64_t{sizeof(Place)}, {});
}

void Verbs::call_all() {
    const View<float> observed = observed_.view(layout_.core), estimate = estimate_.view(layout_.core);
    const View<float> grid = grid_view(grid_.data(), layout_.grid), otf = grid_view(otf_.data(), layout_.grid);
    const Margin& margin = layout_.margin;
    const Stream stream;
    backend_.survey(observed, 0.f, stream);
    backend_.widen(narrow_.view(layout_.core), estimate, stream);
    backend_.fill(grid, 1.f, stream);
    backend_.start({observed, {}, 0.f}, 0.f, estimate, stream);
    backend_.multiply(spectrum_of(grid), spectrum_of(otf), Conjugate::no, stream);
    backend_.spread(estimate, grid, margin, stream);
    backend_.ratio(grid, observed, 0.5f, 0.1f, margin, partials_.data(), stream);
    backend_.misfit(grid, {observed, {}, 0.5f}, course_.data(), 0.1f, partials_.data(), stream);
    backend_.thin(observed, {.whole = layout_.core}, estimate, previous_.view(layout_.core), stream);
    backend_.match_flux(partials_.data(), 1., 0., 1, course_.data(), stream);
    backend_.judge(View<const Misfit>(partials_.data(), {1, 1, 1}), false, course_.data(), history_.view({1, 1, 1}),
                   stream);
    backend_.update(grid, estimate, 0.f, course_.data(), stream);
    backend_.update_and_spread(grid, estimate, previous_.view(layout_.core), 0.f, margin, course_.data(), stream);
}

/// What takes part where there are weights, several views, penalties or acceleration.
void Verbs::call_for_views() {
    const View<float> observed = observed_.view(layout_.core), estimate = estimate_.view(layout_.core);
    const View<float> weights = weights_.view(layout_.core), all = all_.view(layout_.core);
    const View<float> previous = previous_.view(layout_.core), grid = grid_view(grid_.data(), layout_.grid);
    const Stream stream;
    backend_.admit(observed, weights, estimate, stream);
    backend_.residual(grid, {observed, weights, 0.5f}, 0.1f, layout_.margin, partials_.data(), stream);
    backend_.gather(grid, weights, 0.5f, Gathering::product, all, stream);
    backend_.invert(weights, observed, 0.01f, stream);
    backend_.correct(grid, {weights, all, 0.1f}, estimate, estimate, previous, course_.data(), stream);
    backend_.total_variation(estimate, {}, 0.1f, 0.1f, all, stream);
    backend_.tikhonov_miller(estimate, {}, 0.1f, all, stream);
    backend_.change(estimate, previous, all, changes_.data(), stream);
    backend_.choose_momentum(changes_.data(), Momentum::biggs_andrews, {}, course_.data(), stream);
    backend_.predict(estimate, previous, 0.1f, course_.data(), all, stream);
    backend_.agree(grid, estimate, all, layout_.margin, stream);
    backend_.update_agreed(observed, all, estimate, 0.f, partials_.data(), stream);
}

/// What takes part where blur varies in space.
void Verbs::call_for_blur() {
    const View<float> estimate = estimate_.view(layout_.core);
    const View<float> grid = grid_view(grid_.data(), layout_.grid), otf = grid_view(otf_.data(), layout_.grid);
    const Stream stream;
    backend_.fold(grid, layout_.margin, estimate, stream);
    const View<const Place> places = places_.view({1, 1, places_.elements()});
    const Weights weights{observed_.view({1, 1, 1}), places, places, places};  // one knot for all
    backend_.weigh(otf, weights, grid, stream);
    backend_.add_weighed(otf, weights, grid, grid, stream);
    backend_.multiply_to(spectrum_of(grid), spectrum_of(otf), Conjugate::no, spectrum_of(grid), stream);
    backend_.multiply_add(spectrum_of(grid), spectrum_of(otf), spectrum_of(otf), spectrum_of(grid), stream);
}

std::map<std::string, simt::KernelTraffic> Verbs::count() {
    simt::TrafficCount count;
    call_all();
    call_for_views();
    call_for_blur();
    return count.by_kernel();
}

std::map<std::string, simt::KernelTraffic> Verbs::expected() const {
    const View<float> whole = grid_view(grid_.data(), layout_.grid);
    const simt::Traffic image = walk_over(observed_.view(layout_.core)), core = walk_over(whole.corner(layout_.core));
    const simt::Traffic grid = spread_over(whole, layout_.core, layout_.margin);
    const simt::Traffic spectrum = walk_over(spectrum_of(whole)), none;
    const auto both = [](simt::Traffic a, const simt::Traffic& b) { return a += b; };
    return {
        {"survey_kernel", {image, none}},
        {"fill_kernel", {none, walk_over(whole)}},
        {"widen_kernel", {walk_over(narrow_.view(layout_.core)), image}},
        {"start_kernel", {image, image}},
        {"multiply_kernel", {both(spectrum, spectrum), spectrum}},
        {"spread_kernel", {image, grid}},
        {"ratio_kernel", {both(core, image), grid}},
        {"misfit_kernel", {both(core, image), none}},
        {"update_kernel", {both(core, image), image}},
        {"update_and_spread_kernel", {both(core, image), both(both(image, image), grid)}},
        {"fold_kernel", {layout_.margin.fill == Margin::Fill::mirror ? grid : core, image}},
        {"weigh_kernel", {walk_over(whole), walk_over(whole)}},
        {"add_weighed_kernel", {both(walk_over(whole), walk_over(whole)), walk_over(whole)}},
        {"multiply_to_kernel", {both(spectrum, spectrum), spectrum}},
        {"multiply_add_kernel", {both(both(spectrum, spectrum), spectrum), spectrum}},
        {"thin_kernel", {image, both(image, image)}},
        {"match_flux_kernel", {{16, 2, 2}, {8, 1, 1}}},
        {"judge_kernel", {{32 + 16, 4, 2}, {28 + 24, 3, 2}}},  // course and misfit; course and judgement
        {"admit_kernel", {both(image, image), image}},
        {"residual_kernel", {both(core, both(image, image)), grid}},
        {"gather_kernel", {both(core, both(image, image)), image}},
        {"invert_kernel", {both(image, image), image}},
        // The estimate is read twice: as the point, and to be kept.
        {"correct_kernel", {both(core, both(both(image, image), both(image, image))), both(image, image)}},
        {"change_kernel", {both(image, both(image, image)), image}},
        {"predict_kernel", {both(image, image), image}},
        {"agree_kernel", {both(core, image), both(image, grid)}},
        {"update_agreed_kernel", {both(image, both(image, image)), image}},
    };
}

std::map<std::string, simt::Traffic> Verbs::besides() const {
    const std::int64_t walking = cuda::blocks_in(cuda::walk_grid(layout_.core));
    // A warp lies on one row: its places on z and y are the same for all lanes, and may lie on the border of two
    // sectors as those on x may; and so are the eight knots.
    constexpr std::int64_t bytes = 3 * sizeof(Place) + 8 * sizeof(float);
    constexpr std::int64_t sectors = 2 + 2 + lanes * sizeof(Place) / simt::sector_bytes + 1 + 8;
    const std::int64_t warps = layout_.grid.rows() * ((layout_.grid.x + lanes - 1) / lanes);
    const simt::Traffic weights{bytes * layout_.grid.voxels(), sectors * warps, 11 * warps};
    return {{"misfit_kernel", read_by_all(sizeof(Course::scale), blocks())},
            {"update_kernel", read_by_all(sizeof(Course::verdict), walking)},
            {"update_and_spread_kernel", read_by_all(sizeof(Course::verdict), walking)},
            {"correct_kernel", read_by_all(sizeof(Course::verdict), walking)},
            {"predict_kernel", read_by_all(sizeof(Course::momentum), walking)},
            {"weigh_kernel", weights},
            {"add_weighed_kernel", weights}};
}

}  // namespace planapo::testing
