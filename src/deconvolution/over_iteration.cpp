#include "over_iteration.hpp"

#include <algorithm>

#include "../message.hpp"

namespace planapo {

std::string over_iteration_sentence(const std::vector<double>& divergence) {
    constexpr double worth_a_warning = 0.01;
    if (divergence.size() < 3) return "";
    const auto lowest = std::min_element(divergence.begin() + 1, divergence.end());  // at least one iteration is made
    const double risen = divergence.back() / *lowest - 1;
    if (!(*lowest > 0) || risen <= worth_a_warning) return "";
    const auto best = lowest - divergence.begin();
    return fmt::format(
        "The I-divergence at the image's flux was lowest after {} of the {} iterations and rose by {} since: what "
        "rises is noise. Ask for {} iteration{}, or leave their number to the method (iterations=\"auto\").",
        best, divergence.size(), percent(risen), best, best == 1 ? "" : "s");
}

}  // namespace planapo
