// PSFs distilled from recordings of beads.
#include <planapo/bead_psf.hpp>

#include "../../src/message.hpp"
#include "bindings.hpp"

namespace planapo::python {

namespace {

PsfCentre centre_named(const std::string& name) {
    require(name == "peak" || name == "centroid", "centre is \"{}\": use \"peak\" or \"centroid\".", name);
    return name == "peak" ? PsfCentre::peak : PsfCentre::centroid;
}

py::tuple tuple_of(const Fwhm& width) { return py::make_tuple(width.z_um, width.y_um, width.x_um); }

py::tuple distill(const FloatArray& image, const std::array<double, 3>& voxel_um, std::optional<double> bead_um,
                  const std::optional<std::array<double, 3>>& reach_um, std::optional<double> saturation,
                  double smallest_snr, const std::string& centre, double energy) {
    const DistillPsfOptions options{.bead_um = bead_um,
                                    .reach_um = reach_um,
                                    .saturation = saturation,
                                    .smallest_snr = smallest_snr,
                                    .centre = centre_named(centre),
                                    .energy = energy};
    const View<const float> view = view_of(image);
    DistilledPsf distilled = [&] {
        const py::gil_scoped_release no_gil;
        return distill_psf(view, voxel_of(voxel_um), options);
    }();
    return py::make_tuple(array_of(std::move(distilled.psf)), std::move(distilled.report));
}

void bind_bead(py::module_& module) {
    py::class_<Bead>(module, "Bead")
        .def_property_readonly("position_px", [](const Bead& b) { return py::tuple(py::cast(b.position_px)); })
        .def_property_readonly("fwhm_um", [](const Bead& b) { return tuple_of(b.fwhm); })
        .def_property_readonly("fate", [](const Bead& b) { return std::string(to_string(b.fate)); })
        .def_readonly("peak", &Bead::peak)
        .def_readonly("background", &Bead::background)
        .def_readonly("signal_to_noise", &Bead::signal_to_noise)
        .def_readonly("residual", &Bead::residual)
        .def_readonly("reason", &Bead::reason);
}

}  // namespace

void bind_bead_psf(py::module_& module) {
    using Report = DistillReport;
    bind_bead(module);
    py::class_<Report>(module, "DistillReport")
        .def_property_readonly("fwhm_mean_um", [](const Report& r) { return tuple_of(r.fwhm_mean); })
        .def_property_readonly("fwhm_sd_um", [](const Report& r) { return tuple_of(r.fwhm_sd); })
        .def_readonly("beads", &Report::beads)
        .def_readonly("used", &Report::used)
        .def_readonly("background", &Report::background)
        .def_readonly("noise_sd", &Report::noise_sd)
        .def_readonly("signal_to_noise", &Report::signal_to_noise)
        .def_readonly("residual", &Report::residual)
        .def_readonly("hot_voxels", &Report::hot_voxels)
        .def_readonly("preparation", &Report::preparation)
        .def_readonly("steps", &Report::steps)
        .def_readonly("warnings", &Report::warnings);
    module.def("psf_distill", &distill, py::arg("image").noconvert(), py::arg("voxel_um"), py::arg("bead_um"),
               py::arg("reach_um"), py::arg("saturation"), py::arg("smallest_snr"), py::arg("centre"),
               py::arg("energy"));
}

}  // namespace planapo::python
