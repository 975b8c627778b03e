// Small systems of linear equations.
#pragma once

#include <optional>
#include <vector>

namespace planapo {

using Row = std::vector<double>;

/// Gaussian elimination with pivoting; each row of `system` ends with its right-hand side. Empty where singular.
std::optional<Row> solve(std::vector<Row> system);

}  // namespace planapo
