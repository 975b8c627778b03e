#include "words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "../../message.hpp"

namespace planapo {
namespace {

constexpr std::array reasons{BeadFate::border, BeadFate::saturated, BeadFate::touching,
                             BeadFate::dim,    BeadFate::shape,     BeadFate::unlike};

std::int64_t count_of(const std::vector<JudgedSpot>& spots, BeadFate fate) {
    return std::count_if(spots.begin(), spots.end(), [&](const JudgedSpot& each) { return each.bead.fate == fate; });
}

/// "3 touching, 1 at the border"; empty where all are used.
std::string rejected_in_words(const std::vector<JudgedSpot>& spots) {
    static constexpr std::array words{"too near the border", "saturated",         "touching another", "too dim",
                                      "of another shape",    "unlike the average"};
    std::string text;
    for (std::size_t i = 0; i < reasons.size(); ++i)
        if (const std::int64_t count = count_of(spots, reasons[i]); count > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, words[i]);
    return text;
}

std::string um(const Fwhm& width) {
    return fmt::format("{:.3f} x {:.3f} x {:.3f} um", width.z_um, width.y_um, width.x_um);
}

void summarise_widths(DistillReport& report) {
    constexpr std::array members{&Fwhm::z_um, &Fwhm::y_um, &Fwhm::x_um};
    for (const auto width : members) {
        double sum = 0, squares = 0;
        for (const Bead& bead : report.beads)
            if (bead.fate == BeadFate::used) sum += bead.fwhm.*width;
        const double mean = sum / static_cast<double>(report.used);
        for (const Bead& bead : report.beads)
            if (bead.fate == BeadFate::used) squares += std::pow(bead.fwhm.*width - mean, 2);
        report.fwhm_mean.*width = mean;
        report.fwhm_sd.*width = report.used > 1 ? std::sqrt(squares / static_cast<double>(report.used - 1)) : 0;
    }
}

void describe_steps(DistillReport& report, const std::vector<JudgedSpot>& spots, const DistillPsfOptions& options) {
    auto& steps = report.steps;
    if (report.hot_voxels > 0)
        steps.push_back(fmt::format("{} replaced by the median of the neighbours in the plane.",
                                    report.hot_voxels == 1
                                        ? "1 hot voxel, bright alone, was"
                                        : fmt::format("{} hot voxels, bright alone, were", report.hot_voxels)));
    const std::string rejected = rejected_in_words(spots);
    steps.push_back(fmt::format("{} found, {} used{}{}.", counted(report.beads.size(), "bead"), report.used,
                                rejected.empty() ? "" : "; not used: ", rejected));
    steps.push_back(fmt::format(
        "The average of those used has a signal-to-noise ratio of {:.4g}; single beads differ from it by {} of their "
        "peak (root mean square in the core, noise included).",
        report.signal_to_noise, percent(report.residual)));
    steps.push_back(fmt::format("FWHM of the beads as recorded (z, y, x): {}, standard deviation {}.",
                                um(report.fwhm_mean), um(report.fwhm_sd)));
    if (options.bead_um)
        steps.push_back(
            fmt::format("The blur of a sphere of {:.4g} um was divided out of the average.", *options.bead_um));
    for (const std::string& step : report.preparation.steps) steps.push_back(step);
}

void look_for_trouble(DistillReport& report, const Recording& recording, const DistillPsfOptions& options) {
    auto& warnings = report.warnings;
    if (report.used < 5)
        warnings.push_back(fmt::format("Only {} used: an odd one among fewer than 5 cannot be told from the others.",
                                       report.used == 1 ? "1 bead is" : fmt::format("{} beads are", report.used)));
    const Shape& shape = recording.image.shape();
    const std::array width{report.fwhm_mean.z_um, report.fwhm_mean.y_um, report.fwhm_mean.x_um};
    const std::array voxel{recording.voxel.z_um, recording.voxel.y_um, recording.voxel.x_um};
    const std::array sizes{shape.z, shape.y, shape.x};
    double narrowest = std::numeric_limits<double>::infinity();
    for (int axis = 0; axis < 3; ++axis) {
        if (sizes[axis] == 1) continue;
        narrowest = std::min(narrowest, width[axis]);
        if (width[axis] < 2 * voxel[axis])
            warnings.push_back(fmt::format(
                "The beads' FWHM along {} is {:.2f} px, less than 2: they are undersampled, and moving them by parts "
                "of a voxel is not exact.",
                "zyx"[axis], width[axis] / voxel[axis]));
    }
    if (options.bead_um && *options.bead_um > narrowest)
        warnings.push_back(fmt::format(
            "The beads of {:.4g} um are larger than the FWHM of their image, {:.4g} um: little is left of the PSF's "
            "high frequencies.",
            *options.bead_um, narrowest));
    for (const std::string& warning : report.preparation.warnings) warnings.push_back(warning);
}

}  // namespace

std::string_view to_string(BeadFate fate) {
    static constexpr std::array names{"used", "border", "saturated", "touching", "dim", "shape", "unlike"};
    return names[static_cast<std::size_t>(fate)];
}

void require_recording(View<const float> image) {
    require(!image.empty() && image.shape().voxels() > 0, "The image is empty ({} voxels).", to_string(image.shape()));
    const Shape& shape = image.shape();
    for (const std::int64_t size : {shape.z, shape.y, shape.x})
        require(size == 1 || size >= 5,
                "The image of {} voxels is too small on an axis: each needs 1 voxel, or at least 5.", to_string(shape));
    float least = std::numeric_limits<float>::infinity(), most = -least;
    std::int64_t non_finite = 0;
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y)
            for (std::int64_t x = 0; x < shape.x; ++x) {
                const float value = image(z, y, x);
                non_finite += !std::isfinite(value);
                least = std::min(least, value);
                most = std::max(most, value);
            }
    require(non_finite == 0, "{} of the image's {} voxels are not finite: repair or crop it.", non_finite,
            shape.voxels());
    require(most > least, "Every voxel of the image is {}: it shows no bead.", most);
}

void require_usable(const std::vector<JudgedSpot>& spots, const Recording& recording) {
    require(!spots.empty(),
            "No bead was found: nothing in the image of {} voxels stands out of its noise (background {:.6g}, noise "
            "{:.3g}).",
            to_string(recording.image.shape()), recording.background, recording.noise_sd);
    require(count_of(spots, BeadFate::used) > 0,
            "No bead can be used: of {} found {}. Record beads that are alone, in the middle and bright, but not "
            "saturated.",
            spots.size(), rejected_in_words(spots));
}

void describe(DistillReport& report, const std::vector<JudgedSpot>& spots, const Recording& recording,
              const DistillPsfOptions& options) {
    for (const JudgedSpot& each : spots) report.beads.push_back(each.bead);
    report.used = count_of(spots, BeadFate::used);
    double squares = 0;
    for (const Bead& bead : report.beads)
        if (bead.fate == BeadFate::used) squares += bead.residual * bead.residual;
    report.residual = std::sqrt(squares / static_cast<double>(report.used));
    summarise_widths(report);
    describe_steps(report, spots, options);
    look_for_trouble(report, recording, options);
}

}  // namespace planapo
