// A measured PSF made usable: isolated, resampled about its origin, cropped, clipped, normalised, in this order.
#include <algorithm>
#include <cmath>
#include <utility>

#include <planapo/psf.hpp>

#include "check.hpp"
#include "clip.hpp"
#include "isolate.hpp"
#include "report.hpp"
#include "resample.hpp"
#include "support.hpp"
#include "tails.hpp"
#include "width.hpp"

namespace planapo {
namespace {

using Triple = std::array<double, 3>;

/// The new voxels on either side of the origin that cover `reach` old ones; none on an axis of one voxel.
Index3 new_reach(const Isolated& psf, const Index3& reach, const Triple& ratio) {
    Index3 covering{};
    for (int axis = 0; axis < 3; ++axis) {
        if (extents(psf.signal.shape())[axis] == 1) continue;
        const double off_middle = std::abs(psf.origin_px[axis] - static_cast<double>(psf.middle[axis]));
        const double edge = static_cast<double>(reach[axis]) + 0.5 + off_middle;
        covering[axis] = reach_that_covers(edge, ratio[axis]);
    }
    return covering;
}

/// The PSF on the image's voxels, still signed: the box that holds its energy, and what fades out around that.
struct Cropped {
    Volume<float> psf;
    EnergyBox box;
};

Cropped resample_and_crop(const Isolated& psf, const Triple& ratio, const PreparePsfOptions& options) {
    const bool treat_tails = options.tails == PsfTails::smoothed && psf.background.noise_sd > 0;
    const Volume<float> smoothed = treat_tails ? smooth_tails(psf.signal, psf.background.noise_sd) : Volume<float>{};
    const View<const float> signal = treat_tails ? smoothed.view() : psf.signal.view();
    Triple width_px{};
    for (int axis = 0; axis < 3; ++axis) width_px[axis] = psf.width_px[axis] / ratio[axis];
    Index3 fade = treat_tails ? fade_px(width_px) : Index3{};
    for (int axis = 0; axis < 3; ++axis)
        if (extents(signal.shape())[axis] == 1) fade[axis] = 0;
    const auto with_fade = [&](const Index3& reach) {
        return Index3{reach[0] + fade[0], reach[1] + fade[1], reach[2] + fade[2]};
    };
    const Index3 reach = new_reach(psf, psf.reach, ratio);
    const Volume<float> resampled = resample(signal, psf.origin_px, ratio, with_fade(reach));
    const EnergyBox box = box_of_energy(middle_of(resampled, reach), options.energy);
    Cropped cropped{middle_of(resampled, with_fade(box.reach)), box};
    fade_out(cropped.psf, with_fade(box.reach), box.reach, fade);
    return cropped;
}

Fwhm in_um(const Triple& width_px, const VoxelSize& voxel) {
    return {width_px[0] * voxel.z_um, width_px[1] * voxel.y_um, width_px[2] * voxel.x_um};
}

void normalise(View<float> psf) {
    double sum = 0;
    const auto each = [&](auto change) {
        for (std::int64_t z = 0; z < psf.shape().z; ++z)
            for (std::int64_t y = 0; y < psf.shape().y; ++y)
                for (std::int64_t x = 0; x < psf.shape().x; ++x) change(psf(z, y, x));
    };
    each([&](float value) { sum += value; });
    each([&](float& value) { value = static_cast<float>(value / sum); });
}

/// What was found in the measured PSF, as numbers.
PsfReport report_before(const Isolated& found, const VoxelSize& psf_voxel) {
    PsfReport report;
    report.shape_before = found.signal.shape();
    report.fwhm_before = in_um(found.width_px, psf_voxel);
    report.background = found.background.level;
    report.noise_sd = found.background.noise_sd;
    report.signal_to_noise = at(found.signal, found.peak) / found.background.noise_sd;
    report.origin_px = found.origin_px;
    for (int axis = 0; axis < 3; ++axis)
        report.shift_px[axis] = static_cast<double>(extents(report.shape_before)[axis] / 2) - found.origin_px[axis];
    return report;
}

}  // namespace

Volume<float> resample_psf(View<const float> psf, VoxelSize psf_voxel, VoxelSize image_voxel) {
    require_comparable(psf_voxel, image_voxel);
    require_finite(psf);
    const Triple ratio = ratios(psf_voxel, image_voxel);
    Triple origin_px{};
    Index3 reach{};
    for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t middle = extents(psf.shape())[axis] / 2;
        origin_px[axis] = static_cast<double>(middle);
        reach[axis] = reach_that_covers(origin_px[axis] + 0.5, ratio[axis]);
    }
    return resample(psf, origin_px, ratio, reach);
}

PreparedPsf prepare_psf(View<const float> measured, VoxelSize psf_voxel, VoxelSize image_voxel,
                        const PreparePsfOptions& options) {
    require_preparable(psf_voxel, image_voxel, options);
    require_measured(measured);
    const Isolated found = isolate(measured, options);
    PsfReport report = report_before(found, psf_voxel);

    auto [psf, box] = resample_and_crop(found, ratios(psf_voxel, image_voxel), options);
    require(box.sum > 0, "Above its background of {:.6g} the PSF's voxels sum to {:.3g}: no light is left.",
            report.background, box.sum);
    const Clipped clipped = clip_keeping_sum(psf);
    normalise(psf);
    report.energy_kept = std::min(box.kept, 1.0);  // what was cropped may be noise below zero
    report.negative_share = clipped.negative_share;
    report.clip_level = clipped.level;
    report.shape_after = psf.shape();
    report.fwhm_after = in_um(fwhm_px(psf), image_voxel);

    const Findings findings{psf_voxel, image_voxel, options, found.background, found.peak, found.reach};
    describe_steps(report, findings);
    look_for_trouble(report, findings, measured, found.signal);
    return {std::move(psf), std::move(report)};
}

}  // namespace planapo
