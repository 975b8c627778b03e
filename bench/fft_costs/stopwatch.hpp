// The time that one grid takes.
#pragma once

#include <array>
#include <map>

#include <planapo/device.hpp>
#include <planapo/volume.hpp>

namespace planapo::bench {

/// Times grids of any shape on one device, in memory that is kept from one to the next.
class Stopwatch {
public:
    explicit Stopwatch(const Device& device) : device_(device), stream_(device) {}

    /// Seconds, the best of several, for what half an iteration does to a grid: a convolution, and a pass that writes
    /// what is convolved next. Who asks for a grid again gets the best of all times.
    double seconds(Shape grid);
    double seconds_per_voxel(Shape grid) { return seconds(grid) / static_cast<double>(grid.voxels()); }

private:
    void make_room(std::int64_t bytes);

    Device device_;
    Stream stream_;
    Buffer grid_, otf_;
    std::map<std::array<std::int64_t, 3>, double> best_;
};

}  // namespace planapo::bench
