#include "stop.hpp"

#include <algorithm>

namespace planapo {

int most_iterations(const DeconvolveOptions& options) {
    if (options.iterations) return *options.iterations;
    switch (options.method) {
        case Method::matched:
            return 100;
        case Method::wiener_butterworth:
        case Method::wiener:
        case Method::omw:
            return 10;
        default:
            return 20;
    }
}

bool past_its_minimum(const std::vector<double>& values) {
    constexpr std::ptrdiff_t patience = 5;
    return values.end() - std::min_element(values.begin(), values.end()) > patience;
}

}  // namespace planapo
