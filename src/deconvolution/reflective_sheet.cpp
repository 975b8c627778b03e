// The brightness of voxel (z, x) in the plane at distance u depends on u and on one number, tau = x - z cot(angle): how
// the crossing lies to it. So its modes are those of a small matrix, u by tau.
#include <planapo/reflective_sheet.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "../message.hpp"
#include "kernel.hpp"
#include "symmetric_eigen.hpp"

namespace planapo {

namespace {

/// A Gaussian sheet, lengths in micrometres.
double sheet_light(const ReflectiveSheet& sheet, double distance, double along) {
    const double waist = sheet.fwhm_um / std::sqrt(2 * std::numbers::ln2);
    const double rayleigh = std::numbers::pi * waist * waist / sheet.wavelength_um;
    const double spread = 1 + along * along / (rayleigh * rayleigh);  // (w / w0)^2
    return std::exp(-2 * distance * distance / (waist * waist * spread)) / spread;
}

/// An image lit plane by plane.
class Illumination {
public:
    Illumination(const ReflectiveSheet& sheet, Shape image)
        : sheet_(sheet), angle_(sheet.angle_degrees * std::numbers::pi / 180), image_(image) {
        crossing_ = sheet.crossing_px.value_or(std::array{(image.z - 1) / 2.0, (image.x - 1) / 2.0});
    }

    /// How far, in micrometres, voxel (z, x) lies in x from the crossing of its own plane.
    double tau(double z, double x) const {
        return (x - crossing_[1]) * sheet_.voxel.x_um - (z - crossing_[0]) * sheet_.voxel.z_um / std::tan(angle_);
    }

    /// Of a voxel while the plane `u` planes behind its own is recorded.
    double at(double u, double tau) const {
        const double above = -u * sheet_.voxel.z_um, right = tau + above / std::tan(angle_);  // of the crossing
        const double sine = std::sin(2 * angle_), cosine = std::cos(2 * angle_);
        return sheet_light(sheet_, above, right) +
               sheet_light(sheet_, above * cosine - right * sine, above * sine + right * cosine);
    }

    /// Every tau of the image, as closely as its voxels lie.
    std::vector<double> taus() const {
        const double corners[] = {tau(0, 0), tau(0, double(image_.x - 1)), tau(double(image_.z - 1), 0),
                                  tau(double(image_.z - 1), double(image_.x - 1))};
        const auto [least, most] = std::minmax_element(std::begin(corners), std::end(corners));
        const double step = std::min(sheet_.voxel.x_um, sheet_.fwhm_um / 8);
        std::vector<double> taus;
        const auto steps = static_cast<int>((*most - *least) / step) + 1;
        for (int i = 0; i <= steps; ++i) taus.push_back(*least + i * step);
        return taus;
    }

private:
    const ReflectiveSheet& sheet_;
    double angle_;
    Shape image_;
    std::array<double, 2> crossing_{};
};

void check(const ReflectiveSheet& sheet, Shape image) {
    checked_bytes(image, sizeof(float));
    const auto positive = [](double value) { return std::isfinite(value) && value > 0; };
    require(positive(sheet.fwhm_um), "fwhm_um is {}: it must be a finite number above 0.", sheet.fwhm_um);
    require(positive(sheet.wavelength_um), "wavelength_um is {}: it must be a finite number above 0.",
            sheet.wavelength_um);
    require(sheet.angle_degrees > 0 && sheet.angle_degrees < 90, "angle_degrees is {}: it must lie between 0 and 90.",
            sheet.angle_degrees);
    require(positive(sheet.voxel.z_um) && positive(sheet.voxel.y_um) && positive(sheet.voxel.x_um),
            "The voxel's edges are {} x {} x {} um: they must be finite and above 0.", sheet.voxel.z_um,
            sheet.voxel.y_um, sheet.voxel.x_um);
}

/// The brightness of `planes` planes around a voxel's own (that at index planes / 2), one column for each tau.
class Brightness {
public:
    Brightness(const Illumination& light, std::int64_t planes) : light_(light), planes_(planes) {}

    std::vector<double> column(double tau) const {
        std::vector<double> column;
        for (std::int64_t i = 0; i < planes_; ++i) column.push_back(light_.at(double(i - planes_ / 2), tau));
        return column;
    }

    Square products(const std::vector<double>& taus) const {
        Square sums(static_cast<std::size_t>(planes_));
        for (const double tau : taus) {
            const std::vector<double> one = column(tau);
            for (std::size_t i = 0; i < one.size(); ++i)
                for (std::size_t j = 0; j < one.size(); ++j) sums(i, j) += one[i] * one[j];
        }
        return sums;
    }

private:
    const Illumination& light_;
    std::int64_t planes_;
};

double projection(const Square& vectors, std::size_t mode, const std::vector<double>& column) {
    double sum = 0;
    for (std::size_t i = 0; i < column.size(); ++i) sum += vectors(mode, i) * column[i];
    return sum;
}

/// How many eigenvectors give every column within `tolerance`.
std::size_t modes_needed(const Square& vectors, const Brightness& brightness, const std::vector<double>& taus,
                         double tolerance) {
    std::size_t needed = 1;
    for (const double tau : taus) {
        std::vector<double> left = brightness.column(tau);
        const auto off = [&] {
            return std::any_of(left.begin(), left.end(), [&](double value) { return std::abs(value) > tolerance; });
        };
        for (std::size_t mode = 0; mode < left.size() && (mode < needed || off()); ++mode) {
            const double share = projection(vectors, mode, left);
            for (std::size_t i = 0; i < left.size(); ++i) left[i] -= share * vectors(mode, i);
            needed = std::max(needed, mode + 1);
        }
    }
    return needed;
}

/// The PSF's planes, each times its component of an eigenvector.
Volume<float> mode_of(View<const float> psf, const Square& vectors, std::size_t mode) {
    const Shape shape = psf.shape();
    Volume<float> result(shape);
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t i = 0; i < shape.y * shape.x; ++i)
            result.data()[z * shape.y * shape.x + i] =
                static_cast<float>(psf.data()[z * shape.y * shape.x + i] * vectors(mode, static_cast<std::size_t>(z)));
    return result;
}

/// One volume for each of `modes` eigenvectors: what they have of every voxel's column.
std::vector<Volume<float>> coefficients_of(const Illumination& light, const Brightness& brightness,
                                           const Square& vectors, std::size_t modes, Shape image) {
    std::vector<Volume<float>> coefficients;
    for (std::size_t mode = 0; mode < modes; ++mode) coefficients.emplace_back(Shape{image.z, 1, image.x});
    for (std::int64_t z = 0; z < image.z; ++z)
        for (std::int64_t x = 0; x < image.x; ++x) {
            const std::vector<double> column = brightness.column(light.tau(double(z), double(x)));
            for (std::size_t mode = 0; mode < modes; ++mode)
                coefficients[mode].view()(z, 0, x) = static_cast<float>(projection(vectors, mode, column));
        }
    return coefficients;
}

}  // namespace

Volume<float> illumination(const ReflectiveSheet& sheet, Shape image, double plane) {
    check(sheet, image);
    const Illumination light(sheet, image);
    Volume<float> result({image.z, 1, image.x});
    for (std::int64_t z = 0; z < image.z; ++z)
        for (std::int64_t x = 0; x < image.x; ++x)
            result.view()(z, 0, x) = static_cast<float>(light.at(plane - double(z), light.tau(double(z), double(x))));
    return result;
}

VaryingPsf reflective_sheet_psf(View<const float> detection_psf, const ReflectiveSheet& sheet, Shape image,
                                double tolerance) {
    check(sheet, image);
    require(tolerance > 0 && tolerance < 1, "tolerance is {}: it must lie between 0 and 1.", tolerance);
    const Volume<float> psf = normalised_psf(detection_psf);
    const Illumination light(sheet, image);
    const Brightness brightness(light, psf.shape().z);
    const std::vector<double> taus = light.taus();
    const Square vectors = eigenvectors(brightness.products(taus));
    const std::size_t count = modes_needed(vectors, brightness, taus, tolerance);
    std::vector<Volume<float>> modes;
    for (std::size_t mode = 0; mode < count; ++mode) modes.push_back(mode_of(psf, vectors, mode));
    const std::vector<Volume<float>> coefficients = coefficients_of(light, brightness, vectors, count, image);
    return VaryingPsf::of_modes({modes.begin(), modes.end()}, {coefficients.begin(), coefficients.end()});
}

}  // namespace planapo
