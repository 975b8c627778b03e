// Eigenvectors of small symmetric matrices.
#pragma once

#include <cstddef>
#include <vector>

namespace planapo {

/// A square matrix in double precision.
class Square {
public:
    explicit Square(std::size_t size) : size_(size), values_(size * size, 0.0) {}
    double& operator()(std::size_t row, std::size_t column) { return values_[row * size_ + column]; }
    double operator()(std::size_t row, std::size_t column) const { return values_[row * size_ + column]; }
    std::size_t size() const { return size_; }

private:
    std::size_t size_;
    std::vector<double> values_;
};

/// The eigenvectors of a symmetric matrix, one a row, that of the largest eigenvalue first: by cyclic Jacobi rotations
/// (Golub and Van Loan, Matrix Computations, 8.5), which are accurate and, up to some hundred rows, fast enough.
Square eigenvectors(Square matrix);

}  // namespace planapo
