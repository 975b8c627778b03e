#include "stop.hpp"

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

}  // namespace planapo
