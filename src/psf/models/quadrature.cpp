// Gauss-Legendre quadrature: the zeros of a Legendre polynomial by Newton's method.
#include "quadrature.hpp"

#include <cmath>
#include <numbers>

namespace planapo {
namespace {

/// The Legendre polynomial of degree `count` at x, and its derivative.
struct Legendre {
    double value, slope;

    Legendre(std::int64_t count, double x) : value(x) {
        double before = 1;
        for (std::int64_t k = 2; k <= count; ++k) {
            const auto degree = static_cast<double>(k);
            const double next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
            before = value;
            value = next;
        }
        slope = static_cast<double>(count) * (x * value - before) / (x * x - 1);
    }
};

}  // namespace

std::vector<Node> gauss_legendre(std::int64_t count) {
    std::vector<Node> nodes(count);
    for (std::int64_t i = 0; i < (count + 1) / 2; ++i) {
        // Tricomi's approximation: so close that Newton reaches the last bit in two or three steps.
        double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (static_cast<double>(count) + 0.5));
        double slope = 0, change = 1;
        for (int step = 0; step < 5 && std::abs(change) > 1e-13; ++step) {
            const Legendre at_x(count, x);
            slope = at_x.slope;
            change = at_x.value / slope;
            x -= change;
        }
        const double weight = 2 / ((1 - x * x) * slope * slope);
        nodes[i] = {-x, weight};
        nodes[count - 1 - i] = {x, weight};
    }
    return nodes;
}

}  // namespace planapo
