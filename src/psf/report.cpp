// The sentences of a PSF's report: what was done, and what a person should look at.
#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "../message.hpp"

namespace planapo {
namespace {

std::string um(const Fwhm& width) {
    return fmt::format("{:.3f} x {:.3f} x {:.3f} um", width.z_um, width.y_um, width.x_um);
}

std::string um(const VoxelSize& voxel) {
    return fmt::format("{:.4g} x {:.4g} x {:.4g} um", voxel.z_um, voxel.y_um, voxel.x_um);
}

std::string px(const std::array<double, 3>& position) {
    return fmt::format("({:.2f}, {:.2f}, {:.2f})", position[0], position[1], position[2]);
}

std::string background_sentence(const PsfReport& report, const Findings& findings) {
    const Background& background = findings.background;
    if (findings.options.background)
        return fmt::format("A background of {:.6g}, as given, was subtracted; noise {:.3g}.", report.background,
                           report.noise_sd);
    if (background.tails_only)
        return fmt::format(
            "The background holds no noise, only the PSF's tails: the smallest voxel, {:.6g}, was subtracted.",
            report.background);
    if (background.voxels == 0) return "The PSF is too small to show a background: none was subtracted.";
    const std::string noise = report.noise_sd > 0 ? fmt::format("noise {:.3g}, signal to noise {:.4g}", report.noise_sd,
                                                                report.signal_to_noise)
                                                  : "no noise";
    return fmt::format("A background of {:.6g}, the clipped mean of {} voxels around the PSF ({}), was subtracted.",
                       report.background, background.voxels, noise);
}

std::string centre_sentence(const PsfReport& report, PsfCentre centre) {
    if (centre == PsfCentre::none) return fmt::format("The origin stayed at voxel {} (z, y, x).", px(report.origin_px));
    return fmt::format("The {} at {} px (z, y, x) was moved by {} px to the centre.",
                       centre == PsfCentre::peak ? "peak" : "centroid", px(report.origin_px), px(report.shift_px));
}

bool any_axis(const Shape& shape, const std::array<double, 3>& values, double below) {
    for (int axis = 0; axis < 3; ++axis)
        if (extents(shape)[axis] > 1 && values[axis] < below) return true;
    return false;
}

void warn_of_border(PsfReport& report, const Findings& findings) {
    const Index3 size = extents(report.shape_before);
    for (int axis = 0; axis < 3; ++axis) {
        // An even window has one voxel less on one side.
        const std::int64_t room = std::min(findings.peak[axis], size[axis] - 1 - findings.peak[axis]);
        if (size[axis] <= 2 || room + 1 >= findings.reach[axis]) continue;
        report.warnings.push_back(fmt::format(
            "The peak lies {} px from the window's border on axis {} but the PSF reaches {} px: its tail is cut off "
            "there. Crop the PSF from a larger field.",
            room, "zyx"[axis], findings.reach[axis]));
    }
}

void warn_of_saturation(PsfReport& report, const Findings& findings, View<const float> measured) {
    const float most = at(measured, findings.peak);
    std::int64_t equal = 0;
    const Shape& shape = measured.shape();
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) equal += measured(z, y, x) == most;
    const bool full_scale = most == 255 || most == 1023 || most == 4095 || most == 16383 || most == 65535;
    // A symmetric PSF whose peak lies between the voxels has up to 8 equal ones.
    if (equal <= 8 && !(full_scale && equal > 1)) return;
    report.warnings.push_back(fmt::format(
        "{} voxels share the largest value, {}: the recording looks saturated, and the PSF is too wide.", equal, most));
}

double neighbourhood_mean(View<const float> signal, const Index3& voxel) {
    const Index3 size = extents(signal.shape());
    double sum = 0, count = 0;
    const auto from = [&](int axis) { return std::max<std::int64_t>(voxel[axis] - 1, 0); };
    const auto to = [&](int axis) { return std::min(voxel[axis] + 1, size[axis] - 1); };
    for (std::int64_t z = from(0); z <= to(0); ++z)
        for (std::int64_t y = from(1); y <= to(1); ++y)
            for (std::int64_t x = from(2); x <= to(2); ++x, ++count) sum += signal(z, y, x);
    return sum / count;
}

/// A spot of a fifth of the peak's brightness, more than three widths away.
void warn_of_neighbours(PsfReport& report, const Findings& findings, View<const float> signal,
                        const std::array<double, 3>& width_px) {
    const double least = 0.2 * neighbourhood_mean(signal, findings.peak);
    double best = least;
    Index3 where{};
    const Shape& shape = signal.shape();
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) {
                const Index3 voxel{z, y, x};
                if (!(signal(z, y, x) > best)) continue;
                double distance = 0;
                for (int axis = 0; axis < 3; ++axis)
                    distance = std::max(
                        distance, std::abs(static_cast<double>(voxel[axis] - findings.peak[axis])) / width_px[axis]);
                const double mean = distance > 3 ? neighbourhood_mean(signal, voxel) : 0;
                if (mean <= best) continue;
                best = mean;
                where = voxel;
            }
    if (best <= least) return;
    report.warnings.push_back(
        fmt::format("A second spot, {:.0f} % as bright as the first, lies at voxel ({}, {}, {}) (z, y, x): crop the "
                    "PSF to one bead.",
                    100 * 0.2 * best / least, where[0], where[1], where[2]));
}

}  // namespace

void describe_steps(PsfReport& report, const Findings& findings) {
    auto& steps = report.steps;
    steps.push_back(background_sentence(report, findings));
    steps.push_back(centre_sentence(report, findings.options.centre));
    if (findings.options.tails == PsfTails::smoothed && report.noise_sd > 0)
        steps.push_back(
            fmt::format("Where only noise is left its tails were averaged over 5 x 5 x 5 voxels, and fade to zero "
                        "beyond ({}, {}, {}) px from the "
                        "centre, where nothing stands out any more.",
                        findings.reach[0], findings.reach[1], findings.reach[2]));
    if (!(findings.voxel_before == findings.voxel_after))
        steps.push_back(fmt::format("It was resampled from voxels of {} to voxels of {}.", um(findings.voxel_before),
                                    um(findings.voxel_after)));
    steps.push_back(fmt::format("Its box was changed from {} to {} voxels, which hold {:.2f} % of its light.",
                                to_string(report.shape_before), to_string(report.shape_after),
                                100 * report.energy_kept));
    if (report.negative_share > 0)
        steps.push_back(
            fmt::format("Negative voxels ({} of the positive sum) were clipped at {} of the peak, which keeps the sum.",
                        percent(report.negative_share), percent(report.clip_level)));
    steps.push_back(fmt::format("FWHM (z, y, x): {} before, {} after.", um(report.fwhm_before), um(report.fwhm_after)));
}

void look_for_trouble(PsfReport& report, const Findings& findings, View<const float> measured,
                      View<const float> signal) {
    const VoxelSize &before = findings.voxel_before, &after = findings.voxel_after;
    const Fwhm &width = report.fwhm_before, &width_after = report.fwhm_after;
    const std::array<double, 3> width_px{width.z_um / before.z_um, width.y_um / before.y_um, width.x_um / before.x_um};
    const std::array<double, 3> after_px{width_after.z_um / after.z_um, width_after.y_um / after.y_um,
                                         width_after.x_um / after.x_um};
    warn_of_border(report, findings);
    warn_of_saturation(report, findings, measured);
    warn_of_neighbours(report, findings, signal, width_px);
    if (any_axis(report.shape_before, width_px, 2) || any_axis(report.shape_before, after_px, 2))
        report.warnings.push_back(
            fmt::format("The PSF is undersampled: its FWHM is {} px as measured and {} px in the image's voxels, less "
                        "than 2 px on an axis.",
                        px(width_px), px(after_px)));
    if (report.signal_to_noise < 20)
        report.warnings.push_back(
            fmt::format("The PSF is noisy: its peak is only {:.1f} times the noise. Average several beads.",
                        report.signal_to_noise));
    if (report.negative_share > 0.1)
        report.warnings.push_back(
            fmt::format("{} of the PSF's light is noise: {} of the peak was taken off its tails to keep "
                        "the sum. Average "
                        "several beads, or crop more tightly.",
                        percent(report.negative_share), percent(report.clip_level)));
}

}  // namespace planapo
