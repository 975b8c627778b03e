// The order in which blocks and threads run.
#include "order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>

namespace simt {
namespace {

std::optional<Order> chosen_order;

}  // namespace

void set_order(std::optional<Order> order) { chosen_order = order; }

Order current_order() {
    if (chosen_order) return *chosen_order;
    const char* variable = std::getenv("PLANAPO_SIMT_ORDER");
    const std::string name = variable ? variable : "forward";
    if (name == "forward") return Order::forward;
    if (name == "reverse") return Order::reverse;
    if (name == "shuffled") return Order::shuffled;
    throw std::invalid_argument(
        fmt::format("PLANAPO_SIMT_ORDER is \"{}\": it can be forward, reverse or shuffled", name));
}

std::uint64_t current_seed() {
    const char* variable = std::getenv("PLANAPO_SIMT_SEED");
    return variable ? std::strtoull(variable, nullptr, 10) : 1;
}

std::string text(Order order, std::uint64_t seed) {
    if (order == Order::shuffled) return fmt::format("shuffled with seed {}", seed);
    return order == Order::forward ? "forward" : "reverse";
}

std::vector<std::int64_t> sequence(std::int64_t n, Order order, std::uint64_t seed) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(n));
    std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
    if (order == Order::reverse) std::reverse(numbers.begin(), numbers.end());
    if (order == Order::shuffled) std::shuffle(numbers.begin(), numbers.end(), std::mt19937_64(seed));
    return numbers;
}

}  // namespace simt
