#include "stopwatch.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "backend.hpp"

namespace planapo::bench {

namespace {

/// How long a GPU is kept busy between two waits, so that the waits do not count.
constexpr double batch_seconds = 3e-3;
constexpr int batches = 5;

template <typename Work>
double seconds_of(const Work& work, int times, const Stream& stream) {
    stream.wait();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) work();
    stream.wait();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / times;
}

}  // namespace

void Stopwatch::make_room(std::int64_t bytes) {
    if (grid_.bytes() >= bytes) return;
    grid_ = Buffer();  // first: there may not be room for old and new
    otf_ = Buffer();
    grid_ = Buffer(bytes, device_);
    otf_ = Buffer(bytes, device_);
}

double Stopwatch::seconds(Shape shape) {
    Backend& backend = device_.backend();
    make_room(grid_bytes(shape));
    const View<float> grid = grid_view(static_cast<float*>(grid_.data()), shape),
                      otf = grid_view(static_cast<float*>(otf_.data()), shape);
    const auto transform = backend.plan_transform(grid, Planning::estimate);
    // Zeros stay zeros, however often they are convolved.
    const Shape floats{1, shape.rows(), grid.row_stride()};
    for (const View<float> each : {grid, otf}) backend.fill(View<float>(each.data(), floats), 0, stream_);
    stream_.wait();
    const auto filter = transform->filter(spectrum_of(otf), Conjugate::no);
    const auto work = [&] {
        filter->apply(grid, stream_);
        backend.fill(grid, 0, stream_);
    };
    const double first = seconds_of(work, 1, stream_);
    const int times = std::clamp(static_cast<int>(std::ceil(batch_seconds / first)), 1, 100);
    const std::array extents{shape.z, shape.y, shape.x};
    double& best = best_.try_emplace(extents, std::numeric_limits<double>::infinity()).first->second;
    for (int batch = 0; batch < batches; ++batch) best = std::min(best, seconds_of(work, times, stream_));
    return best;
}

}  // namespace planapo::bench
