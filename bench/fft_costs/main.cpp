// measure_fft_costs DEVICE FILE [SIDE LONGEST]: measures what FFTs cost on a device by the lengths of their axes, and
// how well that predicts whole grids. tools/adopt_fft_costs makes a table of FILE (JSON).
#include <charconv>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <string>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <planapo/error.hpp>

#include "table.hpp"

namespace planapo::bench {

namespace {

std::int64_t length_from(std::string_view text) {
    std::int64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size() || length < 2 || fast_length(length) != length)
        throw InvalidArgument(fmt::format("{} is not a product of 2, 3, 5 and 7 of at least 2.", text));
    return length;
}

std::string description_of(const Device& device) {
    for (const DeviceInfo& info : devices())
        if (info.name == device.name()) return info.description;
    return {};
}

std::string json(Shape shape) { return fmt::format("[{}, {}, {}]", shape.z, shape.y, shape.x); }

std::string json(const Chosen& chosen) {
    return fmt::format(R"({{"grid": {}, "ms": {:.5f}, "predicted_ms": {:.5f}}})", json(chosen.grid),
                       1e3 * chosen.seconds, 1e3 * chosen.predicted_seconds);
}

std::string json(const FftCosts& costs, const std::vector<Trial>& trials) {
    std::vector<std::string> rows, tried;
    for (const auto& [length, z, y, x] : costs.lengths)
        rows.push_back(fmt::format("  [{}, {}, {}, {}]", length, z, y, x));
    for (const Trial& trial : trials)
        tried.push_back(fmt::format(R"(  {{"least": {}, "smallest": {}, "cheapest": {}}})", json(trial.least),
                                    json(trial.smallest), json(trial.cheapest)));
    const Misses misses = misses_of(trials);
    return fmt::format(
        "\"median_miss\": {:.4f}, \"worst_miss\": {:.4f}, \"gain\": {:.4f},\n"
        "\"costs\": [\n{}\n],\n\"trials\": [\n{}\n]",
        misses.median, misses.worst, gain_of(trials), fmt::join(rows, ",\n"), fmt::join(tried, ",\n"));
}

void measure(const Device& device, const std::string& file, const Extent& extent) {
    Stopwatch stopwatch(device);
    const Shape cube{extent.side, extent.side, extent.side};
    for (int i = 0; i < 20; ++i) stopwatch.seconds(cube);  // clocks rise
    // Twice, of which the second remembers the first: what disturbs a grid once will hardly do so again.
    measure_costs(extent, stopwatch);
    const FftCosts costs = measure_costs(extent, stopwatch);
    try_costs(costs, extent, stopwatch);
    const std::vector<Trial> trials = try_costs(costs, extent, stopwatch);
    std::ofstream out(file);
    out << fmt::format("{{\"device\": \"{}\", \"description\": \"{}\",\n\"date\": \"{:%F}\", \"side\": {},\n{}}}\n",
                       device.name(), description_of(device), fmt::gmtime(std::time(nullptr)), extent.side,
                       json(costs, trials));
    if (!out.flush()) throw std::runtime_error(file + " cannot be written.");
    const Misses misses = misses_of(trials);
    fmt::print(
        "{} lengths on each axis. {} mixed grids were predicted to {:.1f} % in the median and {:.1f} % at worst; "
        "the cheapest grids are {:.3f} times as fast as the smallest.\n",
        costs.lengths.size(), trials.size(), 100 * misses.median, 100 * misses.worst, gain_of(trials));
}

}  // namespace

}  // namespace planapo::bench

int main(int count, char** arguments) {
    using namespace planapo;
    try {
        if (count != 3 && count != 5) throw InvalidArgument("measure_fft_costs DEVICE FILE [SIDE LONGEST]");
        bench::Extent extent;
        if (count == 5) extent = {bench::length_from(arguments[3]), bench::length_from(arguments[4])};
        if (extent.longest < extent.side) throw InvalidArgument("LONGEST is shorter than SIDE.");
        bench::measure(Device(arguments[1]), arguments[2], extent);
    } catch (const std::exception& problem) {
        fmt::print(stderr, "measure_fft_costs: {}\n", problem.what());
        return 1;
    }
}
