// Blur: PSFs that vary, light sheets that are reflected, and the operator with its adjoint.
#include <planapo/blur.hpp>
#include <planapo/reflective_sheet.hpp>

#include "device_array.hpp"

namespace planapo::python {

namespace {

using Arrays = std::vector<FloatArray>;

std::vector<View<const float>> views_of(const Arrays& arrays) {
    std::vector<View<const float>> views;
    for (const FloatArray& array : arrays) views.push_back(view_of(array));
    return views;
}

VaryingPsf of_grid(const Arrays& psfs, const std::array<std::int64_t, 3>& knots,
                   const VaryingPsf::Positions& positions) {
    return VaryingPsf::of_grid(views_of(psfs), shape_of(knots), positions);
}

VaryingPsf of_modes(const Arrays& modes, const Arrays& coefficients, const VaryingPsf::Positions& positions) {
    return VaryingPsf::of_modes(views_of(modes), views_of(coefficients), positions);
}

void bind_reflective_sheet(py::module_& module) {
    py::class_<ReflectiveSheet>(module, "ReflectiveSheet")
        .def(py::init([](double fwhm_um, double wavelength_um, double angle_degrees,
                         const std::array<double, 3>& voxel_um,
                         const std::optional<std::array<double, 2>>& crossing_px) {
            return ReflectiveSheet{fwhm_um, wavelength_um, angle_degrees, voxel_of(voxel_um), crossing_px};
        }))
        .def("psf",
             [](const ReflectiveSheet& sheet, const FloatArray& psf, const std::array<std::int64_t, 3>& shape,
                double tolerance) {
                 const View<const float> view = view_of(psf);
                 const py::gil_scoped_release no_gil;
                 return reflective_sheet_psf(view, sheet, shape_of(shape), tolerance);
             })
        .def("illumination", [](const ReflectiveSheet& sheet, const std::array<std::int64_t, 3>& shape, double plane) {
            return array_of(illumination(sheet, shape_of(shape), plane));
        });
}

void bind_varying_psf(py::module_& module) {
    py::class_<VaryingPsf>(module, "VaryingPsf")
        .def_static("of_grid", &of_grid)
        .def_static("of_modes", &of_modes)
        .def("at", [](const VaryingPsf& psf, const std::array<double, 3>& voxel,
                      const std::array<std::int64_t, 3>& shape) { return array_of(psf.at(voxel, shape_of(shape))); })
        .def_property_readonly("modes", [](const VaryingPsf& psf) { return psf.modes().size(); })
        .def_property_readonly("knots", [](const VaryingPsf& psf) { return tuple_of(psf.knots()); });
}

using Apply = void (BlurOperator::*)(View<const float>, View<float>, const Stream&);

template <Apply apply>
void on_host(BlurOperator& blur, const FloatArray& image, FloatArray out) {
    const View<const float> from = view_of(image);
    const View<float> to = writable_view_of(out);
    const py::gil_scoped_release no_gil;
    (blur.*apply)(from, to, Stream());
}

template <Apply apply>
void on_device(BlurOperator& blur, const DeviceArray& image, const DeviceArray& out, const Stream& stream) {
    const py::gil_scoped_release no_gil;
    (blur.*apply)(image.view(), out.view(), stream);
}

}  // namespace

void bind_blur(py::module_& module) {
    bind_varying_psf(module);
    bind_reflective_sheet(module);
    py::class_<BlurOperator>(module, "BlurOperator")
        .def(py::init([](const FloatArray& psf, const std::array<std::int64_t, 3>& shape, const std::string& boundary,
                         const std::string& device) {
                 const View<const float> view = view_of(psf);
                 const Boundary outside = boundary_named(boundary);
                 const py::gil_scoped_release no_gil;
                 return std::make_unique<BlurOperator>(view, shape_of(shape), outside, Device(device));
             }),
             py::arg("psf").noconvert(), py::arg("shape"), py::arg("boundary"), py::arg("device"))
        .def(py::init([](const VaryingPsf& psf, const std::array<std::int64_t, 3>& shape, const std::string& boundary,
                         const std::string& device) {
                 const Boundary outside = boundary_named(boundary);
                 const py::gil_scoped_release no_gil;
                 return std::make_unique<BlurOperator>(psf, shape_of(shape), outside, Device(device));
             }),
             py::arg("psf"), py::arg("shape"), py::arg("boundary"), py::arg("device"))
        .def("forward", &on_host<&BlurOperator::forward>, py::arg("image").noconvert(), py::arg("out").noconvert())
        .def("adjoint", &on_host<&BlurOperator::adjoint>, py::arg("image").noconvert(), py::arg("out").noconvert())
        .def("forward_on_device", &on_device<&BlurOperator::forward>)
        .def("adjoint_on_device", &on_device<&BlurOperator::adjoint>)
        .def_property_readonly("device", [](const BlurOperator& blur) { return blur.device().name(); });
}

}  // namespace planapo::python
