#include "bench.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace planapo::bench {

namespace {

/// "96x288x288"
std::string extents(Shape shape) {
    return std::to_string(shape.z) + "x" + std::to_string(shape.y) + "x" + std::to_string(shape.x);
}

}  // namespace

std::vector<Job> jobs_for(const Device& device) {
    const Job small{{64, 256, 256}, {96, 288, 288}, 31};
    const Job large{{482, 482, 482}, {512, 512, 512}, 31};
    return device.is_cpu() ? std::vector{small} : std::vector{small, large};
}

Volume<float> photons(Shape shape, const Device& device) {
    Volume<float> volume(shape);
    for (std::int64_t i = 0; i < shape.voxels(); ++i)
        volume.data()[i] = static_cast<float>(10 + i * 7919 % 181);  // no period of the volume
    return copy_to(device, volume);
}

Volume<float> gaussian_psf(std::int64_t width) {
    Volume<float> psf(Shape{width, width, width});
    const std::int64_t centre = width / 2;
    const auto bell = [&](std::int64_t i, double sigma) {
        return std::exp(-0.5 * std::pow(static_cast<double>(i - centre) / sigma, 2));
    };
    for (std::int64_t z = 0; z < width; ++z)
        for (std::int64_t y = 0; y < width; ++y)
            for (std::int64_t x = 0; x < width; ++x)
                psf.view()(z, y, x) = static_cast<float>(bell(z, 4) * bell(y, 2) * bell(x, 2));
    return psf;
}

Grid::Grid(Shape shape, const Device& device)
    : shape_(shape),
      start_(photons({shape.z, shape.y, 2 * (shape.x / 2 + 1)}, device)),
      storage_(copy_to(device, start_)) {}

void Grid::reset(const Stream& stream) {
    start_.device().backend().copy(start_.data(), storage_.data(), grid_bytes(shape_), stream);
}

double Samples::minimum() const { return *std::min_element(seconds_.begin(), seconds_.end()); }

double Samples::median() const {
    std::vector<double> sorted = seconds_;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
}

double seconds_of(const std::function<void()>& work, const Device& device, const Stream& stream) {
    device.backend().wait(stream);
    const auto start = std::chrono::steady_clock::now();
    work();
    device.backend().wait(stream);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void measure(benchmark::State& state, const Device& device, const Timed& timed) {
    const Stream stream(device);
    Possible possible(grid_bytes(timed.shape), device);
    Samples taken;
    possible.sample(stream);
    timed.work(stream);  // the first run meets cold caches and pages that nobody has touched
    for (auto _ : state) {
        possible.sample(stream);
        timed.before(stream);
        taken.add(seconds_of([&] { timed.work(stream); }, device, stream));
        state.SetIterationTime(taken.all().back());
    }
    const double achieved = static_cast<double>(timed.bytes) / taken.minimum();
    state.counters["bytes"] = static_cast<double>(timed.bytes);
    state.counters["minimum_ms"] = 1e3 * taken.minimum();
    state.counters["median_ms"] = 1e3 * taken.median();
    state.counters["voxels_per_s"] = static_cast<double>(timed.shape.voxels()) / taken.minimum();
    state.counters["GB_per_s"] = 1e-9 * achieved;
    state.counters["possible_GB_per_s"] = 1e-9 * possible.bytes_per_second();
    state.counters["achieved_of_possible"] = achieved / possible.bytes_per_second();
}

void add(const std::string& name, const Device& device, Shape shape, const std::function<void(benchmark::State&)>& run,
         int samples) {
    benchmark::RegisterBenchmark((name + "/" + device.name() + "/resident/" + extents(shape)).c_str(), run)
        ->Iterations(samples)
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
}

}  // namespace planapo::bench
