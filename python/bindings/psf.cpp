// Point-spread functions.
#include <planapo/psf.hpp>

#include "../../src/message.hpp"
#include "bindings.hpp"

namespace planapo::python {

namespace {

PsfCentre centre_named(const std::string& name) {
    if (name == "peak") return PsfCentre::peak;
    if (name == "centroid") return PsfCentre::centroid;
    require(name == "none", "centre is \"{}\": use \"peak\", \"centroid\" or \"none\".", name);
    return PsfCentre::none;
}

PsfTails tails_named(const std::string& name) {
    if (name == "smoothed") return PsfTails::smoothed;
    require(name == "as-measured", "tails is \"{}\": use \"smoothed\" or \"as-measured\".", name);
    return PsfTails::as_measured;
}

py::array gaussian(const std::array<double, 3>& fwhm_um, const std::array<double, 3>& voxel_um,
                   const std::optional<std::array<std::int64_t, 3>>& shape, double energy) {
    GaussianPsfOptions options{.shape = std::nullopt, .energy = energy};
    if (shape) options.shape = shape_of(*shape);
    return array_of(gaussian_psf({fwhm_um[0], fwhm_um[1], fwhm_um[2]}, voxel_of(voxel_um), options));
}

py::tuple prepare(const FloatArray& measured, const std::array<double, 3>& psf_voxel_um,
                  const std::array<double, 3>& voxel_um, const std::string& centre, std::optional<double> background,
                  double energy, const std::string& tails) {
    const PreparePsfOptions options{
        .centre = centre_named(centre), .background = background, .energy = energy, .tails = tails_named(tails)};
    const View<const float> view = view_of(measured);
    PreparedPsf prepared = [&] {
        const py::gil_scoped_release no_gil;
        return prepare_psf(view, voxel_of(psf_voxel_um), voxel_of(voxel_um), options);
    }();
    return py::make_tuple(array_of(std::move(prepared.psf)), std::move(prepared.report));
}

py::array resample(const FloatArray& psf, const std::array<double, 3>& psf_voxel_um,
                   const std::array<double, 3>& voxel_um) {
    const View<const float> view = view_of(psf);
    return array_of([&] {
        const py::gil_scoped_release no_gil;
        return resample_psf(view, voxel_of(psf_voxel_um), voxel_of(voxel_um));
    }());
}

py::tuple tuple_of(const Fwhm& width) { return py::make_tuple(width.z_um, width.y_um, width.x_um); }

}  // namespace

void bind_psf(py::module_& module) {
    using Report = PsfReport;
    py::class_<Report>(module, "PsfReport")
        .def_property_readonly("shape_before", [](const Report& r) { return python::tuple_of(r.shape_before); })
        .def_property_readonly("shape_after", [](const Report& r) { return python::tuple_of(r.shape_after); })
        .def_property_readonly("fwhm_before_um", [](const Report& r) { return tuple_of(r.fwhm_before); })
        .def_property_readonly("fwhm_after_um", [](const Report& r) { return tuple_of(r.fwhm_after); })
        .def_property_readonly("origin_px", [](const Report& r) { return py::tuple(py::cast(r.origin_px)); })
        .def_property_readonly("shift_px", [](const Report& r) { return py::tuple(py::cast(r.shift_px)); })
        .def_readonly("background", &Report::background)
        .def_readonly("noise_sd", &Report::noise_sd)
        .def_readonly("signal_to_noise", &Report::signal_to_noise)
        .def_readonly("energy_kept", &Report::energy_kept)
        .def_readonly("negative_share", &Report::negative_share)
        .def_readonly("clip_level", &Report::clip_level)
        .def_readonly("steps", &Report::steps)
        .def_readonly("warnings", &Report::warnings);

    module.def("psf_gaussian", &gaussian, py::arg("fwhm_um"), py::arg("voxel_um"), py::arg("shape"), py::arg("energy"));
    module.def("psf_prepare", &prepare, py::arg("measured").noconvert(), py::arg("psf_voxel_um"), py::arg("voxel_um"),
               py::arg("centre"), py::arg("background"), py::arg("energy"), py::arg("tails"));
    module.def("psf_resample", &resample, py::arg("psf").noconvert(), py::arg("psf_voxel_um"), py::arg("voxel_um"));
    module.def(
        "psf_warnings", [](const FloatArray& psf) { return look_at(view_of(psf)).warnings; },
        py::arg("psf").noconvert());
    module.def(
        "psf_fwhm_px", [](const FloatArray& psf) { return py::tuple(py::cast(fwhm_px(view_of(psf)))); },
        py::arg("psf").noconvert());
}

}  // namespace planapo::python
