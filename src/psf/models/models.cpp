// The models: which waves reach a point's image, and what lights the point up.
#include <cmath>
#include <numbers>

#include <planapo/psf_models.hpp>

#include "../../cpu/threads.hpp"
#include "check.hpp"
#include "interpolate.hpp"
#include "render.hpp"

namespace planapo {
namespace {

/// Light of one wavelength, through the same layers to the point as from it.
RadialTable intensity_of(const Layers& layers, PsfModel model, const RadialGrid& grid) {
    const Reach reach{grid.reach_um(), grid.stage_um.front(), grid.stage_um.back()};
    return radial_intensity(pupil_of(layers, model, reach), grid);
}

Recipe widefield(const Optics& optics, PsfModel model, Defocus defocus) {
    const Layers layers(optics, model, defocus);
    return {layers, layers.bandwidth_per_um(),
            [layers, model](const RadialGrid& grid) { return intensity_of(layers, model, grid); }};
}

ModelPsf widefield_psf(const Optics& optics, PsfModel model, VoxelSize voxel, const ModelPsfOptions& options) {
    require_optics(optics, model);
    require_options(optics, voxel, options);
    return render(widefield(optics, model, options.defocus), voxel, options);
}

/// The mean of `table`, which reaches further, over a disc around each of the radii of `grid`.
RadialTable over_disc(const RadialTable& table, const RadialGrid& grid, double disc_um, double bandwidth_per_um) {
    std::vector<RadialSum> means(grid.radii);
    RadialTable result(grid);
#pragma omp parallel num_threads(ThreadTeam::size())
    {
#pragma omp for schedule(static)
        for (std::int64_t r = 0; r < grid.radii; ++r)
            means[r] = mean_over(Disc{static_cast<double>(r) * grid.step_um, disc_um}, grid.step_um, bandwidth_per_um);
#pragma omp for schedule(static)
        for (std::int64_t z = 0; z < grid.planes(); ++z)
            for (std::int64_t r = 0; r < grid.radii; ++r) result.plane(z)[r] = means[r].of(table.plane(z));
    }
    return result;
}

/// What comes through the pinhole.
RadialTable detected(const Layers& emission, PsfModel model, const RadialGrid& grid, double pinhole_um) {
    if (pinhole_um == 0) return intensity_of(emission, model, grid);
    RadialGrid wider = grid;
    wider.radii += static_cast<std::int64_t>(pinhole_um / grid.step_um) + interpolation_margin + 1;
    return over_disc(intensity_of(emission, model, wider), grid, pinhole_um, emission.bandwidth_per_um());
}

double waist_um(const LightSheet& sheet) {
    if (sheet.na) return sheet.excitation_um / (std::numbers::pi * *sheet.na);
    return *sheet.fwhm_um / std::sqrt(2 * std::numbers::ln2);
}

/// The radius to 1/e^2 where the sheet meets the fluorophore.
double radius_um(const LightSheet& sheet, const Optics& optics) {
    const double waist = waist_um(sheet), index = optics.specimen_index.value_or(optics.immersion_index);
    const double rayleigh_um = std::numbers::pi * waist * waist * index / sheet.excitation_um;
    return waist * std::hypot(1, sheet.from_waist_um / rayleigh_um);
}

}  // namespace

ModelPsf born_wolf_psf(const Optics& optics, VoxelSize voxel, const ModelPsfOptions& options) {
    return widefield_psf(optics, PsfModel::born_wolf, voxel, options);
}

ModelPsf gibson_lanni_psf(const Optics& optics, VoxelSize voxel, const ModelPsfOptions& options) {
    return widefield_psf(optics, PsfModel::gibson_lanni, voxel, options);
}

ModelPsf vectorial_psf(const Optics& optics, VoxelSize voxel, const ModelPsfOptions& options) {
    return widefield_psf(optics, PsfModel::vectorial, voxel, options);
}

ModelPsf confocal_psf(const Optics& optics, const Confocal& confocal, VoxelSize voxel, const ModelPsfOptions& options) {
    require_confocal(optics, confocal);
    require_options(optics, voxel, options);
    Optics excited = optics;
    excited.wavelength_um = confocal.excitation_um;
    const Layers emission(optics, confocal.model, options.defocus),
        excitation(excited, confocal.model, options.defocus);
    const double pinhole_um = confocal.pinhole_airy * emission.airy_radius_um();
    const auto intensity = [=, model = confocal.model](const RadialGrid& grid) {
        RadialTable product = detected(emission, model, grid, pinhole_um);
        const RadialTable exciting = intensity_of(excitation, model, grid);
        for (std::int64_t z = 0; z < grid.planes(); ++z)
            for (std::int64_t r = 0; r < grid.radii; ++r) product.plane(z)[r] *= exciting.plane(z)[r];
        return product;
    };
    const double bandwidth = emission.bandwidth_per_um() + excitation.bandwidth_per_um();
    return render({emission, bandwidth, intensity}, voxel, options);
}

ModelPsf light_sheet_psf(const Optics& optics, const LightSheet& sheet, VoxelSize voxel,
                         const ModelPsfOptions& options) {
    require_sheet(sheet, optics);
    require_options(optics, voxel, options);
    Recipe recipe = widefield(optics, sheet.model, options.defocus);
    const double radius = radius_um(sheet, optics);
    recipe.illumination = [radius](double from_focus_um) {
        return std::exp(-2 * (from_focus_um / radius) * (from_focus_um / radius));
    };
    return render(recipe, voxel, options);
}

double fwhm_um(const LightSheet& sheet, const Optics& optics) {
    require_sheet(sheet, optics);
    return radius_um(sheet, optics) * std::sqrt(2 * std::numbers::ln2);
}

}  // namespace planapo
