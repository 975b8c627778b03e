#include "solve.hpp"

#include <cmath>
#include <utility>

namespace planapo {

std::optional<Row> solve(std::vector<Row> system) {
    const std::size_t n = system.size();
    const double scale = n > 0 ? std::abs(system[0][0]) : 0;
    for (std::size_t column = 0; column < n; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column; row < n; ++row)
            if (std::abs(system[row][column]) > std::abs(system[pivot][column])) pivot = row;
        if (!(std::abs(system[pivot][column]) > 1e-10 * scale)) return std::nullopt;
        std::swap(system[pivot], system[column]);
        for (std::size_t row = 0; row < n; ++row) {
            if (row == column) continue;
            const double factor = system[row][column] / system[column][column];
            for (std::size_t k = column; k <= n; ++k) system[row][k] -= factor * system[column][k];
        }
    }
    Row solution(n);
    for (std::size_t row = 0; row < n; ++row) solution[row] = system[row][n] / system[row][row];
    return solution;
}

}  // namespace planapo
