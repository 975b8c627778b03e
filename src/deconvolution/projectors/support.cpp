#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "../../message.hpp"
#include "../../psf/width.hpp"

namespace planapo {

namespace {

/// One byte for each coefficient of a periodic spectrum, in the FFT's order.
struct Mask {
    Shape shape;
    std::vector<std::uint8_t> values;

    explicit Mask(Shape of) : shape(of), values(static_cast<std::size_t>(of.voxels())) {}

    std::uint8_t& operator()(std::int64_t z, std::int64_t y, std::int64_t x) {
        return values[static_cast<std::size_t>((z * shape.y + y) * shape.x + x)];
    }
    std::uint8_t& at(const Index3& index) {
        const Index3 n = extents(shape);
        const auto wrapped = [&](int axis) { return ((index[axis] % n[axis]) + n[axis]) % n[axis]; };
        return (*this)(wrapped(0), wrapped(1), wrapped(2));
    }
};

template <typename Visit>
void for_each_index(const Shape& shape, Visit visit) {
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) visit(Index3{z, y, x});
}

template <typename Visit>
void for_each_neighbour(const Index3& of, Visit visit) {
    for (std::int64_t z = -1; z <= 1; ++z)
        for (std::int64_t y = -1; y <= 1; ++y)
            for (std::int64_t x = -1; x <= 1; ++x) visit(Index3{of[0] + z, of[1] + y, of[2] + x});
}

/// The gain above which nine tenths of all gain lie. The floor is below what any measured PSF is good for; above half
/// the gain at zero nothing is taken for noise, so that a PSF of one voxel, which passes all alike, has a support.
double threshold(View<const float> gain) {
    constexpr double share = 0.9, least = 2.5e-3, most = 0.5;
    std::vector<float> falling(gain.data(), gain.data() + gain.shape().voxels());
    const double zero = falling.front();
    std::sort(falling.begin(), falling.end(), std::greater<>());
    double all = 0, passed = 0;
    for (const float each : falling) all += each;
    std::size_t i = 0;
    while (i + 1 < falling.size() && (passed += falling[i]) < share * all) ++i;
    return std::clamp<double>(falling[i], least * zero, most * zero);
}

/// Above the threshold, as a third of the 3 x 3 x 3 around it are: a plane of them is a support, a hair is noise.
Mask counting(View<const float> gain) {
    constexpr int third = 9;
    const double least = threshold(gain);
    Mask above(gain.shape()), counts(gain.shape());
    for_each_index(gain.shape(), [&](const Index3& i) { above.at(i) = planapo::at(gain, i) >= least; });
    for_each_index(gain.shape(), [&](const Index3& i) {
        int around = 0;
        if (above.at(i)) for_each_neighbour(i, [&](const Index3& j) { around += above.at(j); });
        counts.at(i) = around >= third;
    });
    return counts;
}

/// Which places of a spectrum and its first aliases all round have been met.
class Met {
public:
    explicit Met(Shape shape) : n_(extents(shape)), met_(static_cast<std::size_t>(27 * shape.voxels())) {}

    /// Whether `index` is new; it is not beyond the first aliases.
    bool add(const Index3& index) {
        std::int64_t place = 0;
        for (int axis = 0; axis < 3; ++axis) {
            const std::int64_t along = index[axis] + n_[axis] + n_[axis] / 2;
            if (along < 0 || along >= 3 * n_[axis]) return false;
            place = place * 3 * n_[axis] + along;
        }
        auto bit = met_[static_cast<std::size_t>(place)];
        const bool is_new = !bit;
        bit = true;
        return is_new;
    }

private:
    Index3 n_;
    std::vector<bool> met_;
};

/// What can be reached from zero through what counts, in steps to neighbours, as indices that go on beyond Nyquist's:
/// each coefficient as often as there are ways to it in the fewest steps.
std::vector<Index3> reached_from_zero(Mask counts) {
    constexpr std::uint8_t reached_before = 0, counting = 1;
    std::vector<Index3> reached{{0, 0, 0}};
    Met met(counts.shape);
    met.add(reached.front());
    for (std::size_t begin = 0, end = 1; begin < end; begin = end, end = reached.size()) {
        for (std::size_t i = begin; i < end; ++i) counts.at(reached[i]) = reached_before;
        for (std::size_t i = begin; i < end; ++i)
            for_each_neighbour(Index3(reached[i]), [&](const Index3& next) {
                if (counts.at(next) == counting && met.add(next)) reached.push_back(next);
            });
    }
    return reached;
}

/// Both ends of each row: what a convex edge can touch.
std::vector<Frequency> outermost(const std::vector<Index3>& indices, const Shape& shape) {
    std::map<std::pair<std::int64_t, std::int64_t>, std::pair<std::int64_t, std::int64_t>> rows;
    for (const auto& [z, y, x] : indices) {
        auto& [first, last] = rows.try_emplace({z, y}, x, x).first->second;
        first = std::min(first, x);
        last = std::max(last, x);
    }
    const auto over = [](std::int64_t k, std::int64_t n) { return static_cast<double>(k) / static_cast<double>(n); };
    std::vector<Frequency> ends;
    for (const auto& [row, range] : rows)
        for (const std::int64_t x : {range.first, range.second})
            ends.push_back({over(row.first, shape.z), over(row.second, shape.y), over(x, shape.x)});
    return ends;
}

double product(const Frequency& a, const Frequency& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/// How far cells of `half_cell` round `points`, and round their mirror images, reach along `direction`.
double farthest(const std::vector<Frequency>& points, const Frequency& direction, const Frequency& half_cell) {
    double most = 0;
    for (const Frequency& point : points) most = std::max(most, std::abs(product(point, direction)));
    return most + std::abs(direction[0]) * half_cell[0] + std::abs(direction[1]) * half_cell[1] +
           std::abs(direction[2]) * half_cell[2];
}

/// Calls `visit` for directions evenly over three faces of a cube: one of each two opposite ones.
template <typename Visit>
void for_each_direction(Visit visit) {
    constexpr int steps =
        16;  // 3.6 degrees: where the edge is flat between two directions, it lies out by a few percent
    for (int a = -steps; a <= steps; ++a)
        for (int b = -steps; b <= steps; ++b) {
            const double u = a / static_cast<double>(steps), v = b / static_cast<double>(steps);
            visit(Frequency{1, u, v});
            visit(Frequency{u, 1, v});
            visit(Frequency{u, v, 1});
        }
}

}  // namespace

OtfSupport::OtfSupport(View<const float> gain) {
    const Shape n = gain.shape();
    const std::vector<Index3> reached = reached_from_zero(counting(gain));
    require(reached.size() > 1 || n.voxels() == 1,
            "The PSF passes only frequency zero: within its window of {} voxels it is the same everywhere, so that its "
            "OTF has no support. Give the PSF a wider window, or choose another method.",
            to_string(n));
    const std::vector<Frequency> ends = outermost(reached, n);
    const Frequency half_cell{0.5 / static_cast<double>(n.z), 0.5 / static_cast<double>(n.y),
                              0.5 / static_cast<double>(n.x)};
    for (int axis = 0; axis < 3; ++axis) {
        Frequency along{};
        along[axis] = 1;
        reach_[axis] = farthest(ends, along, half_cell);
    }
    for_each_direction([&](const Frequency& direction) { add_direction(direction, ends, half_cell); });
}

void OtfSupport::add_direction(const Frequency& direction, const std::vector<Frequency>& outermost,
                               const Frequency& half_cell) {
    const Frequency scaled{direction[0] / reach_[0], direction[1] / reach_[1], direction[2] / reach_[2]};
    const double edge = farthest(outermost, scaled, half_cell);
    z_.push_back(static_cast<float>(scaled[0] / edge));
    y_.push_back(static_cast<float>(scaled[1] / edge));
    x_.push_back(static_cast<float>(scaled[2] / edge));
}

double OtfSupport::distance(const Frequency& frequency) const {
    double nearest = std::numeric_limits<double>::infinity();
    for_each_neighbour({0, 0, 0}, [&](const Index3& alias) {
        float at[3], farthest = 0;
        for (int axis = 0; axis < 3; ++axis) {
            at[axis] = static_cast<float>(frequency[axis] + static_cast<double>(alias[axis]));
            if (std::abs(at[axis]) > reach_[axis]) return;
        }
#pragma omp simd reduction(max : farthest)
        for (std::size_t i = 0; i < z_.size(); ++i)
            farthest = std::max(farthest, std::abs(at[0] * z_[i] + at[1] * y_[i] + at[2] * x_[i]));
        nearest = std::min<double>(nearest, farthest);
    });
    return nearest;
}

}  // namespace planapo
