#include "judge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "../../message.hpp"
#include "level.hpp"

namespace planapo {
namespace {

using Triple = std::array<double, 3>;

constexpr double room_widths = 1.25;          // between a bead's centre and the recording's border
constexpr double apart_widths = 2.5;          // between two beads: the light of neither reaches the other's core
constexpr double counting_share = 0.25;       // of a bead's peak: a dimmer spot beside it may be its own side lobe
constexpr double least_px = 1.5;              // of a bead's FWHM
constexpr std::size_t enough_to_compare = 4;  // beads, so that one of them can be the odd one out

void reject(Bead& bead, BeadFate fate, std::string reason) {
    bead.fate = fate;
    bead.reason = std::move(reason);
}

Bead bead_of(const Candidate& candidate, const Recording& recording) {
    const GaussianSpot& spot = candidate.spot;
    const VoxelSize& voxel = recording.voxel;
    Bead bead;
    bead.position_px = spot.centre_px;
    bead.fwhm = {spot.fwhm_px[0] * voxel.z_um, spot.fwhm_px[1] * voxel.y_um, spot.fwhm_px[2] * voxel.x_um};
    bead.peak = spot.peak;
    bead.background = spot.background;
    bead.signal_to_noise = spot.peak / recording.noise_sd;
    if (!candidate.fitted) reject(bead, BeadFate::shape, "No Gaussian fits it.");
    return bead;
}

template <typename Visit>
void for_each_in(View<const float> image, const Box& box, Visit visit) {
    for (std::int64_t z = box.first[0]; z <= box.last[0]; ++z)
        for (std::int64_t y = box.first[1]; y <= box.last[1]; ++y)
            for (std::int64_t x = box.first[2]; x <= box.last[2]; ++x) visit(image(z, y, x));
}

Box core_of(const GaussianSpot& spot, const Triple& width_px, View<const float> image) {
    return box_around(image.shape(), spot.centre_px, width_px, 0.5);
}

/// The recording's largest value, if that is where a camera ends or if three voxels of one bead share it.
double saturation_of(const std::vector<JudgedSpot>& spots, const Triple& width_px, View<const float> image) {
    const double most = at(image, brightest_voxel(image));
    for (const double full_scale : {255., 1023., 4095., 16383., 65535.})
        if (most == full_scale) return most;
    for (const JudgedSpot& each : spots) {
        int equal = 0;
        for_each_in(image, core_of(each.spot, width_px, image), [&](float value) { equal += value == most; });
        if (equal >= 3) return most;
    }
    return std::numeric_limits<double>::infinity();
}

void reject_saturated(std::vector<JudgedSpot>& spots, const Found& found, View<const float> image,
                      const DistillPsfOptions& options) {
    const double level = options.saturation.value_or(saturation_of(spots, found.width_px, image));
    for (auto& [bead, spot] : spots) {
        if (bead.fate != BeadFate::used) continue;
        std::int64_t saturated = 0;
        for_each_in(image, core_of(spot, found.width_px, image), [&](float value) { saturated += value >= level; });
        if (saturated > 0)
            reject(bead, BeadFate::saturated,
                   fmt::format("{} at or above the saturation at {:.6g}.",
                               saturated == 1 ? "1 voxel lies" : fmt::format("{} voxels lie", saturated), level));
    }
}

void reject_at_border(std::vector<JudgedSpot>& spots, const Triple& width_px, const Shape& shape) {
    for (auto& [bead, spot] : spots)
        for (int axis = 0; axis < 3; ++axis) {
            const auto size = static_cast<double>(extents(shape)[axis]);
            const double room = std::min(spot.centre_px[axis] + 0.5, size - 0.5 - spot.centre_px[axis]);
            if (size == 1 || bead.fate != BeadFate::used || room >= room_widths * width_px[axis]) continue;
            reject(
                bead, BeadFate::border,
                fmt::format("It lies {:.1f} px from the border on axis {}: {:.1f} px, {} times the FWHM, are needed.",
                            room, "zyx"[axis], room_widths * width_px[axis], room_widths));
        }
}

/// Judged against all spots, whatever else was said of them.
void reject_touching(std::vector<JudgedSpot>& spots, const Triple& width_px) {
    for (std::size_t i = 0; i < spots.size(); ++i) {
        auto& [bead, spot] = spots[i];
        double nearest = apart_widths;
        for (std::size_t j = 0; j < spots.size(); ++j)
            if (i != j && spots[j].spot.peak > counting_share * spot.peak)
                nearest = std::min(nearest, distance_in_widths(spot.centre_px, spots[j].spot.centre_px, width_px));
        if (bead.fate == BeadFate::used && nearest < apart_widths)
            reject(bead, BeadFate::touching,
                   fmt::format("Another spot lies {:.1f} times the FWHM away: {} times are needed.", nearest,
                               apart_widths));
    }
}

void reject_dim(std::vector<JudgedSpot>& spots, double smallest_snr) {
    for (auto& [bead, spot] : spots)
        if (bead.fate == BeadFate::used && !(bead.signal_to_noise >= smallest_snr))
            reject(bead, BeadFate::dim,
                   fmt::format("Its peak is {:.1f} times the noise: {} times are needed.", bead.signal_to_noise,
                               smallest_snr));
}

/// Narrower spots are noise or defects of the camera; were they beads, they could not be moved by parts of a voxel.
void reject_narrow(std::vector<JudgedSpot>& spots, const Shape& shape) {
    for (auto& [bead, spot] : spots)
        for (int axis = 0; axis < 3; ++axis)
            if (bead.fate == BeadFate::used && extents(shape)[axis] > 1 && spot.fwhm_px[axis] < least_px)
                reject(bead, BeadFate::shape,
                       fmt::format("Its FWHM along {} is {:.2f} px: {} px are needed to tell a bead from noise.",
                                   "zyx"[axis], spot.fwhm_px[axis], least_px));
}

/// Four standard deviations from the median width, and at least 15 %.
void reject_shape(std::vector<JudgedSpot>& spots, const Shape& shape) {
    for (int axis = 0; axis < 3; ++axis) {
        std::vector<double> widths, distances;
        for (const auto& [bead, spot] : spots)
            if (bead.fate == BeadFate::used) widths.push_back(spot.fwhm_px[axis]);
        if (widths.size() < enough_to_compare || extents(shape)[axis] == 1) continue;
        const double typical = median_of(widths);
        for (const double width : widths) distances.push_back(std::abs(width - typical));
        const double tolerance = std::max(4 * 1.4826 * median_of(distances), 0.15 * typical);
        for (auto& [bead, spot] : spots)
            if (bead.fate == BeadFate::used && std::abs(spot.fwhm_px[axis] - typical) > tolerance)
                reject(bead, BeadFate::shape,
                       fmt::format("Its FWHM along {} is {:.2f} px: {:.2f} px is typical here, give or take {:.2f}.",
                                   "zyx"[axis], spot.fwhm_px[axis], typical, tolerance));
    }
}

}  // namespace

std::vector<JudgedSpot> judge(const Found& found, const Recording& recording, const DistillPsfOptions& options) {
    std::vector<JudgedSpot> spots;
    for (const Candidate& each : found.candidates) spots.push_back({bead_of(each, recording), each.spot});
    reject_saturated(spots, found, recording.image, options);
    reject_at_border(spots, found.width_px, recording.image.shape());
    reject_touching(spots, found.width_px);
    reject_dim(spots, options.smallest_snr);
    reject_narrow(spots, recording.image.shape());
    reject_shape(spots, recording.image.shape());
    return spots;
}

std::int64_t reject_unlike(std::vector<JudgedSpot>& spots, double noise_sd) {
    // What noise alone leaves is taken off, so that dim beads are not rejected for being dim.
    const auto excess = [&](const Bead& bead) {
        const double noise = noise_sd / bead.peak;
        return std::sqrt(std::max(0.0, bead.residual * bead.residual - noise * noise));
    };
    std::vector<double> values;
    for (const auto& [bead, spot] : spots)
        if (bead.fate == BeadFate::used) values.push_back(excess(bead));
    if (values.size() < enough_to_compare) return 0;
    const double most = std::max(0.06, 2.5 * median_of(values));
    std::int64_t rejected = 0;
    for (auto& [bead, spot] : spots) {
        if (bead.fate != BeadFate::used || excess(bead) <= most) continue;
        reject(bead, BeadFate::unlike,
               fmt::format("It differs from the average of the others by {} of its peak: {} is allowed here.",
                           percent(excess(bead)), percent(most)));
        ++rejected;
    }
    return rejected;
}

}  // namespace planapo
