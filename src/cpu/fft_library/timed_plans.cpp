// FFTW times the parts of a transform one by one, once; on a busy machine it may be led far astray, and would remember.
// What it found is therefore run against what it would have done untimed, and kept only if it holds.
#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <set>

#include "../../platform.hpp"
#include "../threads.hpp"
#include "plans.hpp"

namespace planapo {

namespace {

namespace fs = std::filesystem;

/// The file with what FFTW has found out on this machine, in this and in earlier runs; empty if there is no place for
/// it.
fs::path wisdom_file() {
    const fs::path folder = platform::cache_folder();
    return folder.empty() ? fs::path() : folder / "fftwf-wisdom";
}

void remember(FftLibrary& library, const fs::path& file) {
    if (file.empty()) return;
    const fs::path part = file.string() + "." + std::to_string(platform::process_id());
    std::error_code failed;  // a cache that cannot be written costs time, nothing else
    if (library.export_wisdom(part.c_str()) != 0) fs::rename(part, file, failed);
    if (failed) fs::remove(part, failed);
}

void forget_since(FftLibrary& library, const fs::path& file) {
    library.forget_wisdom();
    if (!file.empty()) library.import_wisdom(file.c_str());
}

/// Of the best of three round trips: noise only ever adds.
double seconds(const FftPlans& plans, View<float> grid) {
    using Clock = std::chrono::steady_clock;
    double best = std::numeric_limits<double>::infinity();
    for (int run = 0; run < 3; ++run) {
        const auto start = Clock::now();
        plans.forward(grid);
        plans.inverse(grid);
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
}

}  // namespace

FftPlans timed_plans(FftLibrary& library, View<float> grid) {
    static std::mutex one_at_a_time;  // neighbours would disturb the timing
    const std::lock_guard lock(one_at_a_time);
    static std::set<std::array<std::int64_t, 4>> not_worth_timing;
    const Shape shape = grid.shape();
    const std::array<std::int64_t, 4> problem{shape.z, shape.y, shape.x, threads_for(shape.voxels())};
    if (not_worth_timing.contains(problem)) return FftPlans(library, grid, FftLibrary::estimate);
    const fs::path file = wisdom_file();
    if (!file.empty()) library.import_wisdom(file.c_str());
    if (FftPlans known(library, grid, FftLibrary::measure | FftLibrary::wisdom_only); known) return known;

    FftPlans untimed(library, grid, FftLibrary::estimate);
    FftPlans timed(library, grid, FftLibrary::measure);
    if (!untimed || !timed) return untimed;
    std::fill_n(grid.data(), grid.shape().rows() * grid.row_stride(), 0.f);  // a stranger's NaNs would be slow
    if (seconds(timed, grid) <= seconds(untimed, grid)) {
        remember(library, file);
        return timed;
    }
    not_worth_timing.insert(problem);
    forget_since(library, file);
    return untimed;
}

}  // namespace planapo
