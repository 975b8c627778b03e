#include "symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace planapo {

namespace {

struct Rotation {
    double cosine, sine;
};

/// What makes element (p, q) vanish.
Rotation rotation_for(const Square& a, std::size_t p, std::size_t q) {
    const double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
    const double tangent = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
    const double cosine = 1 / std::sqrt(tangent * tangent + 1);
    return {cosine, tangent * cosine};
}

void rotate_rows(Square& a, std::size_t p, std::size_t q, Rotation by) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double ap = a(p, i), aq = a(q, i);
        a(p, i) = by.cosine * ap - by.sine * aq;
        a(q, i) = by.sine * ap + by.cosine * aq;
    }
}

void rotate_columns(Square& a, std::size_t p, std::size_t q, Rotation by) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double ap = a(i, p), aq = a(i, q);
        a(i, p) = by.cosine * ap - by.sine * aq;
        a(i, q) = by.sine * ap + by.cosine * aq;
    }
}

/// One turn at every pair of rows; whether there was anything to do.
bool sweep(Square& a, Square& vectors) {
    constexpr double negligible = 1e-15;
    bool turned = false;
    for (std::size_t p = 0; p + 1 < a.size(); ++p)
        for (std::size_t q = p + 1; q < a.size(); ++q) {
            if (std::abs(a(p, q)) <= negligible * std::sqrt(std::abs(a(p, p) * a(q, q))) + 1e-300) continue;
            const Rotation by = rotation_for(a, p, q);
            rotate_rows(a, p, q, by);
            rotate_columns(a, p, q, by);
            rotate_rows(vectors, p, q, by);
            turned = true;
        }
    return turned;
}

}  // namespace

Square eigenvectors(Square matrix) {
    const std::size_t size = matrix.size();
    Square vectors(size);
    for (std::size_t i = 0; i < size; ++i) vectors(i, i) = 1;
    constexpr int most_sweeps = 40;  // quadratic convergence: ten are plenty
    for (int i = 0; i < most_sweeps && sweep(matrix, vectors); ++i) {
    }
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return matrix(a, a) > matrix(b, b); });
    Square sorted(size);
    for (std::size_t row = 0; row < size; ++row)
        for (std::size_t i = 0; i < size; ++i) sorted(row, i) = vectors(order[row], i);
    return sorted;
}

}  // namespace planapo
