// Point-spread functions from physical parameters.
#include <planapo/psf_models.hpp>

#include "../../src/message.hpp"
#include "bindings.hpp"

namespace planapo::python {
namespace {

PsfModel model_named(const std::string& name) {
    if (name == "born_wolf") return PsfModel::born_wolf;
    if (name == "gibson_lanni") return PsfModel::gibson_lanni;
    require(name == "vectorial", "model is \"{}\": use \"born_wolf\", \"gibson_lanni\" or \"vectorial\".", name);
    return PsfModel::vectorial;
}

PsfOrigin origin_named(const std::string& name) {
    if (name == "peak") return PsfOrigin::peak;
    require(name == "nominal", "centre is \"{}\": use \"peak\" or \"nominal\".", name);
    return PsfOrigin::nominal;
}

Defocus defocus_named(const std::string& name) {
    if (name == "exact") return Defocus::exact;
    require(name == "paraxial", "defocus is \"{}\": use \"exact\" or \"paraxial\".", name);
    return Defocus::paraxial;
}

/// Voxels, extents (0: chosen automatically), and what else the models share.
struct Frame {
    VoxelSize voxel;
    ModelPsfOptions options;

    Frame(const std::array<double, 3>& voxel_um, const std::array<std::int64_t, 3>& shape, double energy,
          const std::string& centre, const std::string& defocus)
        : voxel(voxel_of(voxel_um)),
          options{.shape = {shape[0], shape[1], shape[2]},
                  .energy = energy,
                  .origin = origin_named(centre),
                  .defocus = defocus_named(defocus)} {}
};

/// The PSF and where its origin lies, computed without the GIL.
template <typename Compute>
py::tuple computed(const Compute& compute) {
    ModelPsf made = [&] {
        const py::gil_scoped_release no_gil;
        return compute();
    }();
    return py::make_tuple(array_of(std::move(made.psf)), made.focus_um);
}

py::tuple widefield(const std::string& model, const Optics& optics, const Frame& frame) {
    const PsfModel named = model_named(model);
    const auto make = named == PsfModel::born_wolf      ? &born_wolf_psf
                      : named == PsfModel::gibson_lanni ? &gibson_lanni_psf
                                                        : &vectorial_psf;
    return computed([&] { return make(optics, frame.voxel, frame.options); });
}

void bind_optics(py::module_& module) {
    py::class_<Optics>(module, "Optics")
        .def(py::init<>())
        .def_readwrite("na", &Optics::na)
        .def_readwrite("wavelength_um", &Optics::wavelength_um)
        .def_readwrite("immersion_index", &Optics::immersion_index)
        .def_readwrite("specimen_index", &Optics::specimen_index)
        .def_readwrite("depth_um", &Optics::depth_um)
        .def_readwrite("coverslip_index", &Optics::coverslip_index)
        .def_readwrite("coverslip_um", &Optics::coverslip_um)
        .def_readwrite("working_distance_um", &Optics::working_distance_um)
        .def_readwrite("design_immersion_index", &Optics::design_immersion_index)
        .def_readwrite("design_coverslip_index", &Optics::design_coverslip_index)
        .def_readwrite("design_coverslip_um", &Optics::design_coverslip_um);
}

}  // namespace

void bind_psf_models(py::module_& module) {
    bind_optics(module);
    py::class_<Frame>(module, "PsfFrame")
        .def(py::init<const std::array<double, 3>&, const std::array<std::int64_t, 3>&, double, const std::string&,
                      const std::string&>(),
             py::arg("voxel_um"), py::arg("shape"), py::arg("energy"), py::arg("centre"), py::arg("defocus"));
    module.def("psf_widefield", &widefield, py::arg("model"), py::arg("optics"), py::arg("frame"));
    module.def(
        "psf_confocal",
        [](const std::string& model, const Optics& optics, const Frame& frame, double excitation_um,
           double pinhole_airy) {
            const Confocal confocal{excitation_um, pinhole_airy, model_named(model)};
            return computed([&] { return confocal_psf(optics, confocal, frame.voxel, frame.options); });
        },
        py::arg("model"), py::arg("optics"), py::arg("frame"), py::arg("excitation_um"), py::arg("pinhole_airy"));
    module.def(
        "psf_light_sheet",
        [](const std::string& model, const Optics& optics, const Frame& frame, double excitation_um,
           std::optional<double> fwhm_um, std::optional<double> na, double from_waist_um) {
            const LightSheet sheet{excitation_um, fwhm_um, na, from_waist_um, model_named(model)};
            return computed([&] { return light_sheet_psf(optics, sheet, frame.voxel, frame.options); });
        },
        py::arg("model"), py::arg("optics"), py::arg("frame"), py::arg("excitation_um"), py::arg("fwhm_um"),
        py::arg("na"), py::arg("from_waist_um"));
}

}  // namespace planapo::python
