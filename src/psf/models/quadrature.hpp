// Gauss-Legendre quadrature.
#pragma once

#include <cstdint>
#include <vector>

namespace planapo {

/// A place, and how much its value counts.
struct Node {
    double at, weight;
};

/// The rule of so many nodes on [-1, 1]: exact for polynomials of degree 2 count - 1.
std::vector<Node> gauss_legendre(std::int64_t count);

}  // namespace planapo
