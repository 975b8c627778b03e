// Eigenvectors of small matrices: those of an ill-conditioned one, and a case to be done by hand.
#include "deconvolution/symmetric_eigen.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace planapo::testing {

namespace {

/// The eigenvalue of row `mode`, if it is an eigenvector to within 1e-12 of the matrix's size.
double eigenvalue(const Square& matrix, const Square& vectors, std::size_t mode) {
    double value = 0, off = 0;
    std::vector<double> image(matrix.size(), 0.0);
    for (std::size_t i = 0; i < matrix.size(); ++i)
        for (std::size_t j = 0; j < matrix.size(); ++j) image[i] += matrix(i, j) * vectors(mode, j);
    for (std::size_t i = 0; i < matrix.size(); ++i) value += image[i] * vectors(mode, i);
    for (std::size_t i = 0; i < matrix.size(); ++i) off = std::max(off, std::abs(image[i] - value * vectors(mode, i)));
    EXPECT_LT(off, 1e-12 * static_cast<double>(matrix.size()));
    return value;
}

TEST(SymmetricEigen, FindsOrthonormalVectorsLargestFirst) {
    constexpr std::size_t n = 23;
    Square matrix(n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) matrix(i, j) = 1.0 / static_cast<double>(i + j + 1);  // Hilbert's
    const Square vectors = eigenvectors(matrix);

    double before = 2;
    for (std::size_t mode = 0; mode < n; ++mode) {
        const double value = eigenvalue(matrix, vectors, mode);
        EXPECT_LE(value, before + 1e-12);
        before = value;
        for (std::size_t other = 0; other <= mode; ++other) {
            double product = 0;
            for (std::size_t i = 0; i < n; ++i) product += vectors(mode, i) * vectors(other, i);
            EXPECT_NEAR(product, mode == other ? 1 : 0, 1e-12);
        }
    }
}

TEST(SymmetricEigen, LeavesADiagonalMatrixInOrder) {
    Square matrix(3);
    matrix(0, 0) = 1;
    matrix(1, 1) = 3;
    matrix(2, 2) = 2;
    const Square vectors = eigenvectors(matrix);
    EXPECT_EQ(vectors(0, 1), 1);
    EXPECT_EQ(vectors(1, 2), 1);
    EXPECT_EQ(vectors(2, 0), 1);
}

}  // namespace

}  // namespace planapo::testing
