// The order in which blocks and threads run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simt.hpp"

namespace simt {

Order current_order();
std::uint64_t current_seed();

/// "forward", "reverse", "shuffled with seed 1"
std::string text(Order order, std::uint64_t seed);

/// The numbers 0 to n - 1 in that order.
std::vector<std::int64_t> sequence(std::int64_t n, Order order, std::uint64_t seed);

}  // namespace simt
