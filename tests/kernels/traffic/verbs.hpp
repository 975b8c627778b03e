// Every verb of src/backend.hpp that launches kernels, called on one core in one grid.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "device_memory.hpp"
#include "expected.hpp"
#include "plugin/backend.hpp"

namespace planapo::testing {

struct Layout {
    Shape core, grid;
    Margin margin;
};

/// A core's image and estimate, and a grid with its spectrum, on the simulated device.
class Verbs {
public:
    explicit Verbs(const Layout& layout);

    /// What each verb's kernels asked for.
    std::map<std::string, simt::KernelTraffic> count();

    /// What they must ask for, but for the sums of blocks and what `besides` counts.
    std::map<std::string, simt::KernelTraffic> expected() const;

    /// What many lanes read alike: of the course, of places and of knots.
    std::map<std::string, simt::Traffic> besides() const;

    std::int64_t blocks() const { return backend_.partial_sums(layout_.core); }

private:
    void call_all();
    void call_for_views();
    void call_for_blur();

    Layout layout_;
    cuda::CudaBackend backend_{0};
    DeviceMemory<float> observed_, estimate_, previous_, weights_, all_, grid_, otf_;
    DeviceMemory<std::uint16_t> narrow_;
    DeviceMemory<Misfit> partials_;
    DeviceMemory<Changes> changes_;
    DeviceMemory<Place> places_;
    DeviceMemory<Course> course_;
    DeviceMemory<Judgement> history_;
};

}  // namespace planapo::testing
