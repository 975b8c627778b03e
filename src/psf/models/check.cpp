// What a microscope must be to have a PSF that can be computed.
#include "check.hpp"

#include <cmath>

#include "../../message.hpp"
#include "../check.hpp"
#include "../width.hpp"

namespace planapo {
namespace {

void require_positive(double value, std::string_view what, std::string_view unit) {
    require(value > 0 && std::isfinite(value), "{} is {}{}: it must be positive and finite.", what, value, unit);
}

void require_within(double value, double most, std::string_view what, std::string_view unit) {
    require(value >= 0 && value <= most, "{} is {}{}: it must lie between 0 and {}{}.", what, value, unit, most, unit);
}

/// Light of the whole pupil must be able to pass.
void require_above(double index, double na, std::string_view what) {
    require_positive(index, what, "");
    require(index > na, "{} is {}, but an NA of {} needs one above it: check both.", what, index, na);
    require(index <= 10, "{} is {}: nothing transparent has an index of refraction above 10.", what, index);
}

void require_wavelength(double um, std::string_view what) {
    require_positive(um, what, " um");
    require(um >= 0.01 && um <= 100, "{} is {} um: give it in micrometres (520 nm are 0.52 um).", what, um);
}

}  // namespace

void require_optics(const Optics& optics, PsfModel model) {
    require_positive(optics.na, "The NA", "");
    require_wavelength(optics.wavelength_um, "The emission's wavelength");
    require_above(optics.immersion_index, optics.na, "The immersion's index");
    if (model == PsfModel::born_wolf) return;
    require_above(optics.coverslip_index, optics.na, "The coverslip's index");
    require_above(optics.design_immersion_index.value_or(optics.immersion_index), optics.na,
                  "The index of the immersion in the objective's design");
    require_above(optics.design_coverslip_index.value_or(optics.coverslip_index), optics.na,
                  "The index of the coverslip in the objective's design");
    const double specimen = optics.specimen_index.value_or(optics.immersion_index);
    require(specimen >= 1 && specimen <= 10, "The specimen's index is {}: it must lie between 1 and 10.", specimen);
    require_within(optics.depth_um, 1000, "The depth", " um");
    require_within(optics.coverslip_um, 1e4, "The coverslip's thickness", " um");
    require_within(optics.design_coverslip_um.value_or(0), 1e4, "The coverslip's thickness in the objective's design",
                   " um");
    require_within(optics.working_distance_um, 1e5, "The working distance", " um");
}

void require_options(const Optics& optics, VoxelSize voxel, const ModelPsfOptions& options) {
    require_voxel_size(voxel, "The voxel size");
    require(options.energy >= 0.5 && options.energy < 1,
            "The energy {} is out of range: give a share from 0.5 to below 1.", options.energy);
    const double resolution = 0.61 * optics.wavelength_um / optics.na;
    for (const double edge : {voxel.y_um, voxel.x_um})
        require(edge < 100 * resolution,
                "A voxel of {} um is {:.3g} times as long as the {:.3g} um that an NA of {} resolves: check that both "
                "are in micrometres.",
                edge, edge / resolution, resolution, optics.na);
    for (const std::int64_t extent : extents(options.shape))
        require(extent >= 0 && extent <= 8192,
                "A PSF of {} voxels cannot be made: give 1 to 8192 an axis, or 0 for "
                "an extent that is chosen automatically.",
                to_string(options.shape));
}

void require_confocal(const Optics& optics, const Confocal& confocal) {
    require_optics(optics, confocal.model);
    require_wavelength(confocal.excitation_um, "The excitation's wavelength");
    require_within(confocal.pinhole_airy, 20, "The pinhole's diameter", " Airy units");
}

void require_sheet(const LightSheet& sheet, const Optics& optics) {
    require_optics(optics, sheet.model);
    require_wavelength(sheet.excitation_um, "The excitation's wavelength");
    require(sheet.fwhm_um.has_value() != sheet.na.has_value(),
            "A light sheet is given by its FWHM or by its NA: give one of them, and not both.");
    if (sheet.fwhm_um) require_positive(*sheet.fwhm_um, "The sheet's FWHM", " um");
    if (sheet.na) {
        require_positive(*sheet.na, "The sheet's NA", "");
        const double specimen = optics.specimen_index.value_or(optics.immersion_index);
        require(*sheet.na < specimen, "The sheet's NA is {}: it must be below the specimen's index, {}.", *sheet.na,
                specimen);
    }
    require(std::isfinite(sheet.from_waist_um), "The distance from the sheet's waist is {} um: it must be finite.",
            sheet.from_waist_um);
}

}  // namespace planapo
