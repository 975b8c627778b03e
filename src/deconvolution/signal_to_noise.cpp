#include "signal_to_noise.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "../backend.hpp"

namespace planapo {

namespace {

constexpr double largest_ratio = 1000;
constexpr double sd_per_median = 1.4826;  // of the absolute values of normal variates of mean 0

/// How bright an image is at some places, and how much it differs there from what its neighbours let expect, in units
/// of the noise's standard deviation.
struct Places {
    std::vector<float> brightness, difference;
};

/// The weights of means and second differences along an axis; an axis that is too short is left alone.
struct Stencil {
    std::int64_t reach;

    explicit Stencil(std::int64_t length) : reach(length < 3 ? 0 : 1) {}
    double mean() const { return reach == 0 ? 1 : 1.0 / 3; }
    double difference(std::int64_t offset) const { return reach == 0 ? 1 : offset == 0 ? -2 : 1; }
    double noise() const { return reach == 0 ? 1 : std::sqrt(6.0); }
};

void add_places(View<const float> rows, Places& places) {
    const Shape n = rows.shape();
    const Stencil along_y(n.y), along_x(n.x);
    const double mean = along_y.mean() * along_x.mean(), noise = along_y.noise() * along_x.noise();
    for (std::int64_t y = along_y.reach; y < n.y - along_y.reach; ++y)
        for (std::int64_t x = along_x.reach; x < n.x - along_x.reach; ++x) {
            double sum = 0, difference = 0;
            for (std::int64_t dy = -along_y.reach; dy <= along_y.reach; ++dy)
                for (std::int64_t dx = -along_x.reach; dx <= along_x.reach; ++dx) {
                    const double value = rows(0, y + dy, x + dx);
                    sum += value;
                    difference += along_y.difference(dy) * along_x.difference(dx) * value;
                }
            places.brightness.push_back(static_cast<float>(mean * sum));
            places.difference.push_back(static_cast<float>(std::abs(difference) / noise));
        }
}

/// The middle rows of a plane, on the host; negative voxels are taken as 0, as everywhere.
template <typename T>
std::vector<float> rows_of(View<const T> image, std::int64_t z, const Device& device, const Stream& stream) {
    constexpr std::int64_t enough = 1 << 15;
    const Shape n = image.shape();
    const std::int64_t rows = std::min(n.y, std::max<std::int64_t>(3, enough / n.x));
    std::vector<T> recorded(static_cast<std::size_t>(rows * n.x));
    device.backend().copy(&image(z, (n.y - rows) / 2, 0), recorded.data(),
                          static_cast<std::int64_t>(recorded.size() * sizeof(T)), stream);
    device.backend().wait(stream);
    std::vector<float> voxels(recorded.size());
    std::transform(recorded.begin(), recorded.end(), voxels.begin(), [](T recorded_value) {
        const auto value = static_cast<float>(recorded_value);
        return std::isfinite(value) && value > 0 ? value : 0.f;
    });
    return voxels;
}

float median(std::vector<float> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// The brightness above `dark`, counted from there, that half of such light exceeds; 0 if there is none above `least`.
double half_light(const std::vector<float>& brightness, double dark, double least) {
    std::vector<double> light;
    for (const float each : brightness)
        if (each - dark > least) light.push_back(each - dark);
    std::sort(light.begin(), light.end());
    const double half = 0.5 * std::accumulate(light.begin(), light.end(), 0.0);
    double sum = 0;
    for (const double each : light)
        if ((sum += each) >= half) return each;
    return 0;
}

double ratio_at(const Places& places) {
    const double dark = median(places.brightness), noise = sd_per_median * median(places.difference);
    // A mean of nine has a third of the noise: what is three such deviations above the dark is light.
    const double signal = half_light(places.brightness, dark, noise);
    if (signal == 0) return 0;
    std::vector<float> there;
    for (std::size_t i = 0; i < places.brightness.size(); ++i)
        if (places.brightness[i] - dark >= signal) there.push_back(places.difference[i]);
    return std::min(signal / (sd_per_median * median(there)), largest_ratio);
}

}  // namespace

template <typename T>
std::optional<double> signal_to_noise(View<const T> image, const Device& device, const Stream& stream) {
    constexpr std::int64_t planes = 8;
    const Shape n = image.shape();
    if (n.y < 3 && n.x < 3) return {};
    const std::int64_t count = std::min(n.z, planes);
    Places places;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::vector<float> rows = rows_of(image, (2 * i + 1) * n.z / (2 * count), device, stream);
        add_places(View<const float>(rows.data(), {1, static_cast<std::int64_t>(rows.size()) / n.x, n.x}), places);
    }
    return ratio_at(places);
}

template std::optional<double> signal_to_noise(View<const float>, const Device&, const Stream&);
template std::optional<double> signal_to_noise(View<const std::uint16_t>, const Device&, const Stream&);

}  // namespace planapo
