// What every benchmark needs: volumes to work on, a clock that waits for the device, and a report in bytes.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <planapo/deconvolve.hpp>
#include <planapo/error.hpp>

#include "backend.hpp"

namespace planapo::bench {

/// What is restored: the image, the PSF (cubic, odd), and the grid on which nothing wraps.
struct Job {
    Shape image, grid;
    std::int64_t psf_width;

    Shape radius() const { return {psf_width / 2, psf_width / 2, psf_width / 2}; }
    Margin margin() const { return {Margin::Fill::mirror, radius(), 0.f}; }
};

/// The jobs that are timed on a device: one that a CPU does in a second, and for a GPU one that fills it, too.
std::vector<Job> jobs_for(const Device& device);

/// Voxels that look like photon counts, on `device`.
Volume<float> photons(Shape shape, const Device& device);

/// A Gaussian PSF on the host.
Volume<float> gaussian_psf(std::int64_t width);

/// A real grid that is transformed in place, filled with photons.
class Grid {
public:
    Grid(Shape shape, const Device& device);
    View<float> view() { return grid_view(storage_.data(), shape_); }
    View<Complex> spectrum() { return spectrum_of(view()); }

    /// Unnormalised transforms and products would grow without bound, to where nothing takes its usual time.
    void reset(const Stream& stream);

private:
    Shape shape_;
    Volume<float> start_, storage_;
};

/// Seconds of repeated runs. On a shared machine the minimum is what the machine can do, the median what one gets.
class Samples {
public:
    void add(double seconds) { seconds_.push_back(seconds); }
    double minimum() const;
    double median() const;
    const std::vector<double>& all() const { return seconds_; }

private:
    std::vector<double> seconds_;
};

/// Seconds until `work`, queued on the stream, is done.
double seconds_of(const std::function<void()>& work, const Device& device, const Stream& stream);

/// The most bytes per second that this device moves in plain code at this moment, among volumes of `bytes`: the faster
/// of a copy and a triad on the CPU, a copy elsewhere.
class Possible {
public:
    Possible(std::int64_t bytes, const Device& device);
    void sample(const Stream& stream);
    double bytes_per_second() const;

private:
    Device device_;
    std::int64_t bytes_;
    Buffer from_, to_;
    Samples copy_, triad_;
};

using Verb = std::function<void(const Stream&)>;

/// What is timed, and how it is reported.
struct Timed {
    Shape shape;         // whose voxels are counted
    std::int64_t bytes;  // that the work must move at least
    Verb work;
    Verb before = [](const Stream&) {};  // each time, outside the clock: brings back what the work changes
};

/// Times `timed.work` and, turn by turn with it, what the device could move; reports voxels/s, GB/s of the bytes that
/// the work must move, and that as a share of what was possible. A GPU's time includes one launch and one wait, some 10
/// us.
void measure(benchmark::State& state, const Device& device, const Timed& timed);

/// Registers "<name>/<device>/resident/<shape>": operands lie on the device.
void add(const std::string& name, const Device& device, Shape shape, const std::function<void(benchmark::State&)>& run,
         int samples = 25);

void add_fft(const Device& device, const Job& job);
void add_reduce(const Device& device, const Job& job);
void add_arithmetic(const Device& device, const Job& job);
void add_iterate(const Device& device, const Job& job);
void add_weigh(const Device& device, const Job& job);
void add_deconvolve(const Device& device, const Job& job);
/// The same with cuFFT's callbacks, where the device is a GPU. Added last: what fails on the device ends the program.
void add_callbacks(const Device& device, const Job& job);

}  // namespace planapo::bench
