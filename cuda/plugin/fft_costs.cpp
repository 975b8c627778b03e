#include "fft_costs.hpp"

namespace planapo::cuda {

namespace {

struct Table {
    int major, minor;  // compute capability
    FftCosts costs;
};

const std::vector<Table>& tables() {
    // Never destroyed: volumes may outlive static destruction.
    static const auto& all = *new std::vector<Table>{
#include "../fft_costs/tables.inc"
    };
    return all;
}

}  // namespace

const FftCosts* measured_fft_costs(int major, int minor) {
    for (const Table& table : tables())
        if (table.major == major && table.minor == minor) return &table.costs;
    return nullptr;
}

}  // namespace planapo::cuda
