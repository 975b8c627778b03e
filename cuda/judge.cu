// How a run is going: one thread that reads and writes a few numbers, so that the host need not. Bytes that must move:
// match_flux 24, judge 84 and 16 for each view.
#include "launch.cuh"
#include "plugin/backend.hpp"

namespace planapo::cuda {

__global__ void __launch_bounds__(1) match_flux_kernel(View<const Misfit> total, double recorded, double background,
                                                       std::int64_t voxels, View<Course> course) {
    course(0, 0, 0).scale *= formula::flux_scale(recorded, total(0, 0, 0).expected, background, voxels);
}

__global__ void __launch_bounds__(1)
    judge_kernel(View<const Misfit> totals, bool automatic, View<Course> course, View<Judgement> history) {
    Course now = course(0, 0, 0);
    if (now.verdict != Verdict::go_on) return;
    const std::int64_t place = now.judged % history.shape().x;
    history(0, 0, place) = formula::judge(now, formula::sum_of(totals), automatic);
    course(0, 0, 0) = now;
}

constexpr Shape one{1, 1, 1};

void CudaBackend::match_flux(const Misfit* total, double recorded, double background, std::int64_t voxels,
                             Course* course, const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(match_flux_kernel, 1u, 1u, 0, queue(stream), View<const Misfit>(total, one), recorded, background, voxels,
           View<Course>(course, one));
}

void CudaBackend::judge(View<const Misfit> totals, bool automatic, Course* course, View<Judgement> history,
                        const Stream& stream) {
    const DeviceGuard guard(index_);
    launch(judge_kernel, 1u, 1u, 0, queue(stream), totals, automatic, View<Course>(course, one), history);
}

}  // namespace planapo::cuda
