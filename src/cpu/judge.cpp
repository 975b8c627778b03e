// How a run is going.
#include "backend.hpp"

namespace planapo {

void CpuBackend::match_flux(const Misfit* total, double recorded, double background, std::int64_t voxels,
                            Course* course, const Stream&) {
    course->scale *= formula::flux_scale(recorded, total->expected, background, voxels);
}

void CpuBackend::judge(View<const Misfit> totals, bool automatic, Course* course, View<Judgement> history,
                       const Stream&) {
    if (course->verdict != Verdict::go_on) return;
    const std::int64_t place = course->judged % history.shape().x;
    history(0, 0, place) = formula::judge(*course, formula::sum_of(totals), automatic);
}

}  // namespace planapo
