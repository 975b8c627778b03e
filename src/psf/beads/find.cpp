// Matched filtering, local maxima, a Gaussian fitted to each (Turin 1960, doi:10.1109/TIT.1960.1057571).
#include "find.hpp"

#include <algorithm>
#include <cmath>

#include "level.hpp"
#include "smooth.hpp"

namespace planapo {
namespace {

using Triple = std::array<double, 3>;

constexpr double sd_per_fwhm = 0.4246609;
constexpr std::size_t most_for_width = 64;
constexpr double fit_widths = 1.25;  // a Gaussian is down to 1 % there, and neighbours stay outside

struct Maximum {
    Index3 voxel{};
    double height = 0;
};

/// The image smoothed at the size of spots, above its surroundings.
Volume<float> lifted(View<const float> image, const Triple& sd_px, const Index3& surroundings) {
    Volume<float> lifted = gaussian_mean(image, sd_px);
    const Volume<float> wide = box_mean(image, surroundings);
    std::transform(lifted.data(), lifted.data() + image.shape().voxels(), wide.data(), lifted.data(), std::minus<>());
    return lifted;
}

/// Noise of n voxels stays below sqrt(2 ln n) standard deviations: two more, so that it is never taken for a bead.
/// Where there is no noise, a hundredth of the brightest.
double threshold_of(View<const float> lifted) {
    const Level level = level_of(lifted);
    const auto voxels = static_cast<double>(lifted.shape().voxels());
    return level.mean + std::max((std::sqrt(2 * std::log(voxels)) + 2) * level.sd,
                                 0.01 * (at(lifted, brightest_voxel(lifted)) - level.mean));
}

bool is_maximum(View<const float> volume, const Index3& voxel, const Index3& reach) {
    const Index3 size = extents(volume.shape());
    const float height = at(volume, voxel);
    const auto from = [&](int axis) { return std::max<std::int64_t>(voxel[axis] - reach[axis], 0); };
    const auto to = [&](int axis) { return std::min(voxel[axis] + reach[axis], size[axis] - 1); };
    for (std::int64_t z = from(0); z <= to(0); ++z)
        for (std::int64_t y = from(1); y <= to(1); ++y)
            for (std::int64_t x = from(2); x <= to(2); ++x) {
                const float other = volume(z, y, x);
                // Of equals the first is the maximum.
                if (other > height || (other == height && Index3{z, y, x} < voxel)) return false;
            }
    return true;
}

/// The brightest first.
std::vector<Maximum> maxima_of(View<const float> lifted, const Index3& reach) {
    const double threshold = threshold_of(lifted);
    std::vector<Maximum> maxima;
    const Shape& shape = lifted.shape();
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x)
                if (lifted(z, y, x) > threshold && is_maximum(lifted, {z, y, x}, reach))
                    maxima.push_back({{z, y, x}, lifted(z, y, x)});
    std::stable_sort(maxima.begin(), maxima.end(),
                     [](const Maximum& a, const Maximum& b) { return a.height > b.height; });
    return maxima;
}

GaussianSpot spot_at(const Maximum& maximum, const Triple& width_px, double background) {
    GaussianSpot spot{{}, width_px, maximum.height, background};
    for (int axis = 0; axis < 3; ++axis) spot.centre_px[axis] = static_cast<double>(maximum.voxel[axis]);
    return spot;
}

/// How wide the brightest spots are; nothing where no fit settles.
std::optional<Triple> typical_width(View<const float> image) {
    const Volume<float> small = lifted(image, {1, 1, 1}, {16, 16, 16});
    const double background = level_of(image).mean;
    std::array<std::vector<double>, 3> widths;
    for (const Maximum& maximum : maxima_of(small, {2, 2, 2})) {
        GaussianSpot start = spot_at(maximum, fwhm_px_at(small, maximum.voxel), background);
        const std::optional<GaussianSpot> fit =
            fit_gaussian(image, box_around(image.shape(), start.centre_px, start.fwhm_px, fit_widths), start);
        if (!fit) continue;
        for (int axis = 0; axis < 3; ++axis) widths[axis].push_back(fit->fwhm_px[axis]);
        if (widths[0].size() == most_for_width) break;
    }
    if (widths[0].empty()) return std::nullopt;
    return Triple{median_of(widths[0]), median_of(widths[1]), median_of(widths[2])};
}

/// Two fits that meet on one bead are one.
bool is_known(const std::vector<Candidate>& candidates, const Candidate& next, const Triple& width_px) {
    return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& other) {
        return distance_in_widths(other.spot.centre_px, next.spot.centre_px, width_px) < 0.3;
    });
}

}  // namespace

Found find_spots(View<const float> image) {
    Found found;
    const std::optional<Triple> width = typical_width(image);
    if (!width) return found;
    found.width_px = *width;
    Triple sd_px{};
    Index3 apart{}, surroundings{};
    for (int axis = 0; axis < 3; ++axis) {
        sd_px[axis] = sd_per_fwhm * found.width_px[axis];
        apart[axis] = std::max<std::int64_t>(1, std::llround(0.6 * found.width_px[axis]));
        surroundings[axis] = 1 + static_cast<std::int64_t>(std::ceil(4 * found.width_px[axis]));
    }
    const Volume<float> matched = lifted(image, sd_px, surroundings);
    const double background = level_of(image).mean;
    for (const Maximum& maximum : maxima_of(matched, apart)) {
        Candidate candidate{spot_at(maximum, found.width_px, background), false};
        const Box box = box_around(image.shape(), candidate.spot.centre_px, found.width_px, fit_widths);
        if (const std::optional<GaussianSpot> fit = fit_gaussian(image, box, candidate.spot)) candidate = {*fit, true};
        if (!is_known(found.candidates, candidate, found.width_px)) found.candidates.push_back(candidate);
    }
    return found;
}

}  // namespace planapo
