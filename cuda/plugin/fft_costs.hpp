// The tables of cuda/fft_costs: what FFTs cost on each kind of card that they were measured on.
#pragma once

#include "../../src/fft_costs.hpp"

namespace planapo::cuda {

/// Null where no card of this compute capability has been measured.
const FftCosts* measured_fft_costs(int major, int minor);

}  // namespace planapo::cuda
