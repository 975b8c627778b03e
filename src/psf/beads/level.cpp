#include "level.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace planapo {
namespace {

constexpr std::int64_t most_samples = 1 << 21;  // a thousandth of the noise is known from them
constexpr int most_rounds = 60;

/// Rows of the image so far apart that no more than `most_samples` voxels are looked at.
template <typename Visit>
void for_sampled_rows(const Shape& shape, Visit visit) {
    const std::int64_t step = 1 + shape.voxels() / most_samples;
    for (std::int64_t row = 0; row < shape.rows(); row += step) visit(row / shape.y, row % shape.y);
}

Level clipped(const std::vector<float>& values) {
    Level level;
    double reach = INFINITY;
    for (int round = 0; round < most_rounds; ++round) {
        double count = 0, sum = 0, squares = 0;
        for (const float value : values) {
            const double off = value - level.mean;
            if (std::abs(off) > reach) continue;
            ++count;
            sum += off;
            squares += off * off;
        }
        if (count == 0) break;
        const Level before = std::exchange(level, {level.mean + sum / count, 0});
        level.sd = std::sqrt(std::max(0.0, squares / count - sum / count * sum / count));
        reach = 3 * level.sd;
        if (round > 0 && std::abs(before.sd - level.sd) <= 1e-6 * level.sd) break;
    }
    return level;
}

/// The eight neighbours in the plane, fewer at its border, in order.
std::vector<float> neighbours(View<const float> image, std::int64_t z, std::int64_t y, std::int64_t x) {
    std::vector<float> values;
    for (std::int64_t j = std::max<std::int64_t>(y - 1, 0); j <= std::min(y + 1, image.shape().y - 1); ++j)
        for (std::int64_t i = std::max<std::int64_t>(x - 1, 0); i <= std::min(x + 1, image.shape().x - 1); ++i)
            if (j != y || i != x) values.push_back(image(z, j, i));
    std::sort(values.begin(), values.end());
    return values;
}

}  // namespace

Level level_of(View<const float> image) {
    std::vector<float> values;
    for_sampled_rows(image.shape(), [&](std::int64_t z, std::int64_t y) {
        values.insert(values.end(), image.row(z, y), image.row(z, y) + image.shape().x);
    });
    return clipped(values);
}

double noise_of(View<const float> image) {
    std::vector<float> differences;
    for_sampled_rows(image.shape(), [&](std::int64_t z, std::int64_t y) {
        const float* row = image.row(z, y);
        for (std::int64_t x = 1; x < image.shape().x; ++x) differences.push_back(row[x] - row[x - 1]);
    });
    return clipped(differences).sd / std::sqrt(2.0);
}

double median_of(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

std::int64_t replace_hot_voxels(View<float> image, double background, double noise_sd) {
    struct Hot {
        float* voxel;
        float instead;
    };
    std::vector<Hot> hot;
    const Shape& shape = image.shape();
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) {
                const double height = image(z, y, x) - background;
                if (!(height > 6 * noise_sd)) continue;
                const std::vector<float> around = neighbours(image, z, y, x);
                if (around.empty() || height < 3 * std::max(around.back() - background, noise_sd)) continue;
                hot.push_back({&image(z, y, x), around[around.size() / 2]});
            }
    for (const Hot& each : hot) *each.voxel = each.instead;
    return static_cast<std::int64_t>(hot.size());
}

}  // namespace planapo
