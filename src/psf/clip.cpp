// Projection onto the non-negative volumes of one sum: max(v - level, 0) with the level that keeps the sum
// (Held, Wolfe & Crowder 1974, doi:10.1007/BF01580223). The truth is such a volume, so the projection is never farther
// from it than v is.
#include "clip.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace planapo {

Clipped clip_keeping_sum(View<float> psf) {
    std::vector<float> positive;
    double positive_sum = 0, negative_sum = 0;
    for (std::int64_t z = 0; z < psf.shape().z; ++z)
        for (std::int64_t y = 0; y < psf.shape().y; ++y)
            for (std::int64_t x = 0; x < psf.shape().x; ++x) {
                const float value = psf(z, y, x);
                (value < 0 ? negative_sum : positive_sum) += value;
                if (value > 0) positive.push_back(value);
            }
    std::sort(positive.begin(), positive.end(), std::greater<>());
    // The level is set by the brightest k voxels that stay above it: (their sum - wanted sum) / k.
    const double wanted = positive_sum + negative_sum;
    double sum = 0, count = 0, lowered = 0;
    for (const float value : positive) {
        const double level = (sum + value - wanted) / (count + 1);
        if (level >= value) break;
        sum += value;
        ++count;
        lowered = std::max(level, 0.0);
    }
    for (std::int64_t z = 0; z < psf.shape().z; ++z)
        for (std::int64_t y = 0; y < psf.shape().y; ++y)
            for (std::int64_t x = 0; x < psf.shape().x; ++x)
                psf(z, y, x) = static_cast<float>(std::max(psf(z, y, x) - lowered, 0.0));
    return {-negative_sum / positive_sum, lowered / positive.front()};
}

}  // namespace planapo
