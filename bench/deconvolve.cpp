// Whole iterations beside the four transforms that they cannot do without: the same library, grid and moment.
#include <chrono>
#include <cstdlib>
#include <utility>

#include "bench.hpp"

namespace planapo::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int iterations = 25;

/// Two convolutions without their multiplications, on a grid of their own.
class BareTransforms {
public:
    BareTransforms(Shape shape, const Device& device)
        : device_(device),
          stream_(device),
          grid_(shape, device),
          transform_(device.backend().plan_transform(grid_.view(), Planning::measure)) {}

    double seconds() {
        grid_.reset(stream_);
        return seconds_of(
            [&] {
                for (int convolution = 0; convolution < 2; ++convolution) {
                    transform_->forward(grid_.view(), stream_);
                    transform_->inverse(grid_.view(), stream_);
                }
            },
            device_, stream_);
    }

private:
    Device device_;
    Stream stream_;
    Grid grid_;
    std::unique_ptr<Transform> transform_;
};

/// Times the iterations of a run through its progress: one lies between two reports. The first includes what comes
/// before it, the last spares what prepares the next: neither counts. On the CPU each is followed at once by its four
/// transforms. A GPU works ahead of its reports, which come early or late: there the mean of a run is taken.
class Stopwatch {
public:
    Stopwatch(BareTransforms& bare, const Device& device) : bare_(bare), interleaved_(device.is_cpu()) {}

    bool operator()(double done, double total) {
        const double seconds = since(last_);
        if (interleaved_ && done > 1 && done < total) add(seconds);
        if (done == 1) first_ = Clock::now();
        if (!interleaved_ && done == total - 1 && done > 1) mean_ = since(first_) / (done - 1);
        if (!interleaved_ && done == total && mean_ > 0) add(mean_);
        last_ = Clock::now();
        return true;
    }

    Samples iteration, four_transforms, ratio;

private:
    static double since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

    void add(double seconds) {
        iteration.add(seconds);
        four_transforms.add(bare_.seconds());
        ratio.add(seconds / four_transforms.all().back());
    }

    BareTransforms& bare_;
    bool interleaved_;
    Clock::time_point first_, last_;
    double mean_ = 0;
};

/// Who multiplies by the OTF.
enum class Product { verb, callback };

/// cuFFT's callbacks, for what is planned meanwhile.
class CallbacksSwitchedOn {
public:
    explicit CallbacksSwitchedOn(Product product) : on_(product == Product::callback) {
        if (on_) ::setenv("PLANAPO_CUFFT_CALLBACKS", "1", 1);
    }
    ~CallbacksSwitchedOn() {
        if (on_) ::unsetenv("PLANAPO_CUFFT_CALLBACKS");
    }
    CallbacksSwitchedOn(const CallbacksSwitchedOn&) = delete;
    CallbacksSwitchedOn& operator=(const CallbacksSwitchedOn&) = delete;

private:
    bool on_;
};

/// Four transforms of two passes, two multiplications, and what surrounds them: see fft.cpp, arithmetic.cpp and
/// iterate.cpp. A callback multiplies what the transform has at hand: it only reads the OTF.
std::int64_t least_bytes(const Job& job, Product product) {
    const std::int64_t core = checked_bytes(job.image, sizeof(float)), grid = grid_bytes(job.grid);
    const std::int64_t multiplication = product == Product::callback ? grid : 3 * grid;
    return 4 * 4 * grid + 2 * multiplication + (2 * core + grid) + (3 * core + grid);
}

void report(benchmark::State& state, const Job& job, const Stopwatch& watch, double possible, Product product) {
    const auto bytes = static_cast<double>(least_bytes(job, product));
    const double achieved = bytes / watch.iteration.minimum();
    state.counters["bytes"] = bytes;
    state.counters["minimum_ms"] = 1e3 * watch.iteration.minimum();
    state.counters["median_ms"] = 1e3 * watch.iteration.median();
    state.counters["voxels_per_s"] = static_cast<double>(job.image.voxels()) / watch.iteration.minimum();
    state.counters["GB_per_s"] = 1e-9 * achieved;
    state.counters["possible_GB_per_s"] = 1e-9 * possible;
    state.counters["achieved_of_possible"] = achieved / possible;
    state.counters["four_transforms_minimum_ms"] = 1e3 * watch.four_transforms.minimum();
    state.counters["four_transforms_median_ms"] = 1e3 * watch.four_transforms.median();
    state.counters["minimum_over_four_transforms"] = watch.iteration.minimum() / watch.four_transforms.minimum();
    state.counters["median_over_four_transforms"] = watch.ratio.median();
}

/// The most that planapo held while it restored one image, in volumes of the working grid.
double peak_volumes(const Job& job, const Device& device, const Volume<float>& image, Volume<float>& out,
                    DeconvolveOptions options) {
    const std::int64_t before = bytes_in_use(device);
    reset_peak_bytes(device);
    options.iterations = 1;
    Deconvolver(gaussian_psf(job.psf_width), options, device).run(image, out);
    return static_cast<double>(peak_bytes(device) - before) /
           static_cast<double>(checked_bytes(job.grid, sizeof(float)));
}

void run(benchmark::State& state, const Device& device, Job job, Method method, Product product) {
    const CallbacksSwitchedOn callbacks(product);
    const Volume<float> image = photons(job.image, device);
    Volume<float> out(job.image, device);
    DeconvolveOptions options;
    options.method = method;
    options.iterations = iterations;
    options.background = 10;
    options.measure_plans = true;
    job.grid = Deconvolver(gaussian_psf(job.psf_width), options, device).plan(job.image).grid;  // as this device has it
    state.counters["peak_volumes"] = peak_volumes(job, device, image, out, options);

    const Stream stream(device);
    BareTransforms bare(job.grid, device);
    Possible possible(grid_bytes(job.grid), device);
    Deconvolver plan(gaussian_psf(job.psf_width), options, device);
    Stopwatch watch(bare, device);
    for (auto _ : state) {
        plan.run(image, out, std::ref(watch), stream);
        for (int i = 0; i < 5; ++i) possible.sample(stream);
        state.SetIterationTime(watch.iteration.median());
    }
    report(state, job, watch, possible.bytes_per_second(), product);
}

/// What is not on this machine is no failure.
void run_with_callbacks(benchmark::State& state, const Device& device, const Job& job, Method method) {
    try {
        run(state, device, job, method, Product::callback);
    } catch (const DeviceUnavailable& reason) {
        state.SkipWithError(reason.what());
    }
}

}  // namespace

void add_deconvolve(const Device& device, const Job& job) {
    add(
        "iteration_matched", device, job.image,
        [=](benchmark::State& state) { run(state, device, job, Method::matched, Product::verb); }, 2);
    add(
        "iteration_wiener_butterworth", device, job.image,
        [=](benchmark::State& state) { run(state, device, job, Method::wiener_butterworth, Product::verb); }, 2);
}

void add_callbacks(const Device& device, const Job& job) {
    if (device.is_cpu()) return;
    for (const auto& [name, method] : {std::pair{"iteration_matched_callbacks", Method::matched},
                                       std::pair{"iteration_wiener_butterworth_callbacks", Method::wiener_butterworth}})
        add(
            name, device, job.image,
            [=, method = method](benchmark::State& state) { run_with_callbacks(state, device, job, method); }, 2);
}

}  // namespace planapo::bench
