// A PSF from many beads: found, judged, moved onto each other, averaged, prepared. The model's refinement against the
// beads follows the effective PSF of Anderson & King (2000, doi:10.1086/316632), without its interpolation.
#include <algorithm>
#include <cmath>
#include <utility>

#include <planapo/bead_psf.hpp>

#include "../../cpu/threads.hpp"
#include "../../message.hpp"
#include "../centre.hpp"
#include "../check.hpp"
#include "../support.hpp"
#include "align.hpp"
#include "average.hpp"
#include "core.hpp"
#include "level.hpp"
#include "smooth.hpp"
#include "sphere.hpp"
#include "words.hpp"

namespace planapo {
namespace {

using Triple = std::array<double, 3>;

constexpr int most_rounds = 6;
constexpr double settled_px = 0.01;
constexpr double core_widths = 1.5;  // on either side of a bead's centre: what it is aligned by

Index3 reach_in_widths(const Triple& width_px, const Shape& shape, double widths) {
    Index3 reach{};
    for (int axis = 0; axis < 3; ++axis)
        if (extents(shape)[axis] > 1) reach[axis] = static_cast<std::int64_t>(std::ceil(widths * width_px[axis]));
    return reach;
}

/// The used beads' mean width.
Triple width_of(const std::vector<JudgedSpot>& spots) {
    Triple width{};
    double count = 0;
    for (const auto& [bead, spot] : spots) {
        if (bead.fate != BeadFate::used) continue;
        for (int axis = 0; axis < 3; ++axis) width[axis] += spot.fwhm_px[axis];
        ++count;
    }
    for (double& each : width) each /= count;
    return width;
}

struct Geometry {
    Triple width_px{};
    Index3 reach{}, core{};
};

Geometry geometry_of(const std::vector<JudgedSpot>& spots, const Recording& recording,
                     const DistillPsfOptions& options) {
    const Shape& shape = recording.image.shape();
    Geometry geometry{width_of(spots), {}, {}};
    geometry.core = reach_in_widths(geometry.width_px, shape, core_widths);
    geometry.reach = reach_in_widths(geometry.width_px, shape, 2 * core_widths);
    if (!options.reach_um) return geometry;
    const Triple voxel_um{recording.voxel.z_um, recording.voxel.y_um, recording.voxel.x_um};
    for (int axis = 0; axis < 3; ++axis) {
        if (extents(shape)[axis] == 1) continue;
        geometry.reach[axis] = std::llround((*options.reach_um)[axis] / voxel_um[axis]);
        require(geometry.reach[axis] >= geometry.core[axis] && geometry.reach[axis] < extents(shape)[axis],
                "reach_um is {:.6g} um along {}, {} px: give at least {} px, {} times the FWHM, and less than the "
                "image's {} px.",
                (*options.reach_um)[axis], "zyx"[axis], geometry.reach[axis], geometry.core[axis], core_widths,
                extents(shape)[axis]);
    }
    return geometry;
}

/// The beads in use, and the PSF that they share.
struct Model {
    Geometry geometry;
    std::vector<std::size_t> members;  // of the judged spots
    std::vector<Window> windows;
    Average average;
    GaussianSpot gaussian;  // fitted to the average
};

GaussianSpot gaussian_in(const Geometry& geometry) {
    GaussianSpot spot{{}, geometry.width_px, 1, 0};
    for (int axis = 0; axis < 3; ++axis) spot.centre_px[axis] = static_cast<double>(geometry.reach[axis]);
    return spot;
}

Model start(const std::vector<JudgedSpot>& spots, const Recording& recording, const Geometry& geometry) {
    Model model{geometry, {}, {}, {Cube(geometry.reach), Cube(geometry.reach)}, gaussian_in(geometry)};
    std::size_t i = 0;
    for_each_offset(geometry.reach, [&](const Index3& offset) {
        Triple position{};
        for (int axis = 0; axis < 3; ++axis) position[axis] = static_cast<double>(offset[axis] + geometry.reach[axis]);
        model.average.mean.values[i++] = model.gaussian.at(position);
    });
    for (std::size_t k = 0; k < spots.size(); ++k) {
        if (spots[k].bead.fate != BeadFate::used) continue;
        model.members.push_back(k);
        model.windows.push_back(window_around(spots[k], spots, recording.image, geometry.reach, geometry.width_px));
        level(model.windows.back(), geometry.width_px);
    }
    return model;
}

double align_all(Model& model) {
    std::vector<double> moves(model.windows.size());
    const auto beads = static_cast<std::int64_t>(model.windows.size());
#pragma omp parallel for schedule(dynamic) num_threads(beads > 1 ? ThreadTeam::size() : 1)
    for (std::int64_t i = 0; i < beads; ++i)
        moves[i] = align(model.windows[i], model.average.mean, model.geometry.core);
    return *std::max_element(moves.begin(), moves.end());
}

Average averaged(const Model& model, double noise_sd) {
    const auto beads = static_cast<std::int64_t>(model.windows.size());
    std::vector<AlignedBead> all(beads);
#pragma omp parallel for schedule(dynamic) num_threads(beads > 1 ? ThreadTeam::size() : 1)
    for (std::int64_t i = 0; i < beads; ++i)
        all[i] = {aligned(model.windows[i], model.average.mean), noise_sd / model.windows[i].peak};
    return average(all);
}

/// The origin in the middle, and a peak of 1 above 0; the beads follow.
void settle(Model& model, PsfCentre centre) {
    const Volume<float> mean = model.average.mean.volume();
    const Index3& reach = model.geometry.reach;
    const Box core = box_around(mean.shape(), gaussian_in(model.geometry).centre_px, model.geometry.width_px, 1.25);
    model.gaussian = fit_gaussian(mean, core, gaussian_in(model.geometry)).value_or(gaussian_in(model.geometry));
    Volume<float> signal = middle_of(mean, model.geometry.core);
    for (std::int64_t i = 0; i < signal.shape().voxels(); ++i)
        signal.data()[i] -= static_cast<float>(model.gaussian.background);
    const Triple origin = centre_of(signal, brightest_spot(signal), model.gaussian.fwhm_px, centre);
    Triple back{};
    for (int axis = 0; axis < 3; ++axis) back[axis] = static_cast<double>(model.geometry.core[axis]) - origin[axis];
    model.average.mean = moved(model.average.mean, back, reach);
    for (double& value : model.average.mean.values) value = (value - model.gaussian.background) / model.gaussian.peak;
    for (double& error : model.average.standard_error.values) error /= model.gaussian.peak;
    for (int axis = 0; axis < 3; ++axis) model.gaussian.centre_px[axis] += back[axis];
    for (Window& window : model.windows)
        for (int axis = 0; axis < 3; ++axis) window.offset_px[axis] -= back[axis];
    model.gaussian.peak = 1;
    model.gaussian.background = 0;
}

/// What the fit of the PSF tells about each bead that is used.
void note(const Model& model, std::vector<JudgedSpot>& spots, double noise_sd) {
    for (std::size_t i = 0; i < model.members.size(); ++i) {
        const Window& window = model.windows[i];
        Bead& bead = spots[model.members[i]].bead;
        for (int axis = 0; axis < 3; ++axis)
            bead.position_px[axis] = static_cast<double>(window.middle[axis]) + window.offset_px[axis];
        bead.peak = window.peak;
        bead.background = window.background;
        bead.signal_to_noise = window.peak / noise_sd;
        bead.residual = window.residual / window.peak;
    }
}

void drop_rejected(Model& model, const std::vector<JudgedSpot>& spots) {
    Model kept{model.geometry, {}, {}, std::move(model.average), model.gaussian};
    for (std::size_t i = 0; i < model.members.size(); ++i) {
        if (spots[model.members[i]].bead.fate != BeadFate::used) continue;
        kept.members.push_back(model.members[i]);
        kept.windows.push_back(std::move(model.windows[i]));
    }
    model = std::move(kept);
}

Model refine(std::vector<JudgedSpot>& spots, const Recording& recording, const DistillPsfOptions& options) {
    Model model = start(spots, recording, geometry_of(spots, recording, options));
    for (int round = 0; round < most_rounds; ++round) {
        const double moved_px = align_all(model);
        note(model, spots, recording.noise_sd);
        // The first round compares with a Gaussian, which no bead needs to resemble.
        const bool changed = round > 0 && reject_unlike(spots, recording.noise_sd) > 0;
        if (changed) drop_rejected(model, spots);
        model.average = averaged(model, recording.noise_sd);
        settle(model, options.centre);
        if (round > 1 && !changed && moved_px < settled_px) break;
    }
    return model;
}

PreparedPsf prepared(const Model& model, const Recording& recording, const DistillPsfOptions& options) {
    Cube psf = without_noise_in_core(model.average, model.gaussian);
    const VoxelSize& voxel = recording.voxel;
    if (options.bead_um) {
        const double radius = *options.bead_um / 2;
        psf = without_sphere(psf, {radius / voxel.z_um, radius / voxel.y_um, radius / voxel.x_um});
    }
    const PreparePsfOptions as_it_lies{
        .centre = PsfCentre::none, .background = {}, .energy = options.energy, .tails = options.tails};
    return prepare_psf(psf.volume(), voxel, voxel, as_it_lies);
}

/// The peak is 1.
double signal_to_noise_of(const Average& average) { return 1 / median_of(average.standard_error.values); }

void check(View<const float> image, const VoxelSize& voxel, const DistillPsfOptions& options) {
    require_voxel_size(voxel, "The voxel size");
    require_recording(image);
    require(!options.bead_um || (*options.bead_um > 0 && std::isfinite(*options.bead_um)),
            "A bead of {:.6g} um cannot be: give a diameter above 0.", options.bead_um.value_or(0));
    require(options.smallest_snr > 0 && std::isfinite(options.smallest_snr),
            "The smallest signal-to-noise ratio is {}: it must be above 0.", options.smallest_snr);
    require(options.energy >= 0.5 && options.energy <= 1, "The energy {} is out of range: give a share from 0.5 to 1.",
            options.energy);
}

}  // namespace

DistilledPsf distill_psf(View<const float> image, VoxelSize voxel, const DistillPsfOptions& options) {
    check(image, voxel, options);
    Volume<float> clean = copy_of(image);
    const Level level = level_of(clean);
    const double noise_sd = noise_of(clean);
    DistillReport report;
    report.hot_voxels = replace_hot_voxels(clean, level.mean, noise_sd);
    report.background = level.mean;
    report.noise_sd = noise_sd;

    const Recording recording{clean, voxel, level.mean, noise_sd};
    std::vector<JudgedSpot> spots = judge(find_spots(clean), recording, options);
    require_usable(spots, recording);
    const Model model = refine(spots, recording, options);
    PreparedPsf made = prepared(model, recording, options);
    report.preparation = std::move(made.report);
    report.signal_to_noise = signal_to_noise_of(model.average);
    describe(report, spots, recording, options);
    return {std::move(made.psf), std::move(report)};
}

}  // namespace planapo
