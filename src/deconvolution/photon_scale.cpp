// Second differences across both axes of a plane leave noise, of which the variance is known, and little of an object
// that optics have blurred. What little there is makes some samples too noisy: a line that gives those no weight is
// fitted to the others (Tukey's biweight).
#include "photon_scale.hpp"

#include <algorithm>
#include <cmath>

#include "../message.hpp"

namespace planapo {

namespace {

constexpr std::int64_t side = 20, pitch = 16, most_samples = 4096;
constexpr std::size_t fewest_samples = 16;

/// Of a square of `n` x `n` values in rows of `stride`: second differences along both axes, in its corner.
void difference(std::vector<double>& square, std::int64_t n) {
    const auto at = [&](std::int64_t y, std::int64_t x) -> double& {
        return square[static_cast<std::size_t>(y * side + x)];
    };
    for (std::int64_t y = 0; y < n; ++y)
        for (std::int64_t x = 0; x + 2 < n; ++x) at(y, x) += at(y, x + 2) - 2 * at(y, x + 1);
    for (std::int64_t y = 0; y + 2 < n; ++y)
        for (std::int64_t x = 0; x + 2 < n; ++x) at(y, x) += at(y + 2, x) - 2 * at(y + 1, x);
}

double mean_square(const std::vector<double>& square, std::int64_t n) {
    double sum = 0;
    for (std::int64_t y = 0; y < n; ++y)
        for (std::int64_t x = 0; x < n; ++x) {
            const double value = square[static_cast<std::size_t>(y * side + x)];
            sum += value * value;
        }
    return sum / static_cast<double>(n * n);
}

NoiseSample sample_of(const float* first, std::int64_t stride) {
    constexpr double gain_of_second = 6 * 6, gain_of_fourth = 70 * 70;  // sums of squares of 1 -2 1 and 1 -4 6 -4 1
    std::vector<double> square;
    for (std::int64_t y = 0; y < side; ++y) square.insert(square.end(), first + y * stride, first + y * stride + side);
    NoiseSample sample;
    // The mean of those voxels whose noise counts: the rim's is in few differences.
    for (std::int64_t y = 1; y + 1 < side; ++y)
        for (std::int64_t x = 1; x + 1 < side; ++x)
            sample.mean += square[static_cast<std::size_t>(y * side + x)] / ((side - 2) * (side - 2));
    difference(square, side);
    sample.variance = mean_square(square, side - 2) / gain_of_second;
    difference(square, side - 2);
    sample.variance_of_fourth = mean_square(square, side - 4) / gain_of_fourth;
    return sample;
}

template <typename Value>
double median(const std::vector<NoiseSample>& samples, Value value) {
    std::vector<double> values;
    for (const NoiseSample& sample : samples) values.push_back(value(sample));
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// variance = level + slope * mean
struct Line {
    double level = 0, slope = 0, error_of_slope = 0;

    double at(double mean) const { return level + slope * mean; }
};

/// Through the middles of the darkest and of the brightest quarter. `samples` are in the order of their means.
Line first_guess(const std::vector<NoiseSample>& samples) {
    const auto quarter = static_cast<std::ptrdiff_t>(samples.size() / 4);
    const std::vector<NoiseSample> dark(samples.begin(), samples.begin() + quarter),
        bright(samples.end() - quarter, samples.end());
    const auto mean = [](const NoiseSample& s) { return s.mean; };
    const auto variance = [](const NoiseSample& s) { return s.variance; };
    const double across = median(bright, mean) - median(dark, mean);
    Line line;
    if (across > 0) line.slope = (median(bright, variance) - median(dark, variance)) / across;
    line.level = median(dark, variance) - line.slope * median(dark, mean);
    return line;
}

struct Weighted {
    double weight = 0, mean = 0, variance = 0;
};

/// A variance is known to a share of itself: weights fall with its square, and to 0 far from the line.
std::vector<Weighted> weighted(const std::vector<NoiseSample>& samples, const Line& line) {
    const double least = 0.1 * median(samples, [](const NoiseSample& s) { return s.variance; });
    const auto expected = [&](const NoiseSample& s) { return std::max(line.at(s.mean), least); };
    const auto off = [&](const NoiseSample& s) { return s.variance / expected(s) - 1; };
    const double middle = median(samples, off);
    const double spread = 1.4826 * median(samples, [&](const NoiseSample& s) { return std::abs(off(s) - middle); });
    std::vector<Weighted> all;
    for (const NoiseSample& sample : samples) {
        const double far = off(sample) / (4 * spread + 1e-9), near = std::max(1 - far * far, 0.);
        const double weight = near * near / (expected(sample) * expected(sample));
        all.push_back({weight, sample.mean, sample.variance});
    }
    return all;
}

Line fit(const std::vector<Weighted>& all, const std::optional<double>& photons_per_unit) {
    double sum = 0, squares = 0, mean = 0, variance = 0, across = 0, along = 0, rest = 0;
    for (const Weighted& s : all) {
        sum += s.weight;
        squares += s.weight * s.weight;
        mean += s.weight * s.mean;
        variance += s.weight * s.variance;
    }
    if (sum == 0) return {};
    mean /= sum;
    variance /= sum;
    for (const Weighted& s : all) {
        across += s.weight * (s.mean - mean) * (s.mean - mean) / sum;
        along += s.weight * (s.mean - mean) * (s.variance - variance) / sum;
    }
    Line line;
    line.slope = photons_per_unit ? 1 / *photons_per_unit : across > 0 ? along / across : 0;
    line.level = variance - line.slope * mean;
    for (const Weighted& s : all) rest += s.weight * std::pow(s.variance - line.at(s.mean), 2) / sum;
    line.error_of_slope = across > 0 ? std::sqrt(rest / across * squares) / sum : 0;
    return line;
}

}  // namespace

std::vector<NoiseSample> noise_samples(View<const float> image, Backend& backend, const Stream& stream) {
    const Shape shape = image.shape();
    std::vector<NoiseSample> samples;
    if (shape.y < side || shape.x < side) return samples;
    const std::int64_t along_y = (shape.y - side) / pitch + 1, along_x = (shape.x - side) / pitch + 1;
    const std::int64_t rows = shape.z * along_y,
                       taken = std::min(rows, std::max<std::int64_t>(1, most_samples / along_x));
    std::vector<float> band(static_cast<std::size_t>(side * shape.x));
    for (std::int64_t i = 0; i < taken; ++i) {
        const std::int64_t row = i * rows / taken;
        backend.copy(image.row(row / along_y, row % along_y * pitch), band.data(),
                     static_cast<std::int64_t>(band.size() * sizeof(float)), stream);
        backend.wait(stream);
        for (std::int64_t x = 0; x < std::min(along_x, most_samples); ++x)
            samples.push_back(sample_of(band.data() + x * pitch, shape.x));
    }
    return samples;
}

FoundPhotonScale fit_photon_scale(const std::vector<NoiseSample>& from, std::optional<double> photons_per_unit) {
    if (from.size() < fewest_samples && photons_per_unit) return {PhotonScale{*photons_per_unit, 0}, ""};
    if (from.size() < fewest_samples)
        return {{}, fmt::format("{} squares of 20 x 20 voxels are too few to tell noise by", from.size())};
    std::vector<NoiseSample> samples = from;
    std::sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.mean < b.mean; });
    Line line = first_guess(samples);
    constexpr int rounds = 20;
    for (int i = 0; i < rounds; ++i) line = fit(weighted(samples, line), photons_per_unit);
    if (photons_per_unit) return {PhotonScale{*photons_per_unit, -line.level * *photons_per_unit}, ""};

    constexpr double least_ratio = 0.6, most_ratio = 1.6, worst_error = 0.25;
    const double ratio =
        median(samples, [](const NoiseSample& s) { return s.variance > 0 ? s.variance_of_fourth / s.variance : 0; });
    if (ratio < least_ratio || ratio > most_ratio)
        return {{}, "its finest detail is not noise of single voxels: it was filtered or interpolated, or has none"};
    if (!(line.slope > 0) || line.error_of_slope > worst_error * line.slope)
        return {{}, "its noise does not grow with its light"};
    return {PhotonScale{1 / line.slope, -line.level / line.slope}, ""};
}

}  // namespace planapo
