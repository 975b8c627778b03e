// Several views, jointly.
#include <planapo/deconvolve_views.hpp>

#include "../../src/message.hpp"
#include "bindings.hpp"

namespace planapo::python {

namespace {

Scheme scheme_named(const std::string& name) {
    if (name == "alternating") return Scheme::alternating;
    if (name == "additive") return Scheme::additive;
    if (name == "multiplicative") return Scheme::multiplicative;
    require(name == "bayesian",
            "There is no scheme \"{}\": use one of \"additive\", \"alternating\", \"bayesian\", \"multiplicative\".",
            name);
    return Scheme::bayesian;
}

/// An array is the same PSF everywhere.
VaryingPsf psf_of(const py::object& psf) {
    if (py::isinstance<VaryingPsf>(psf)) return psf.cast<VaryingPsf>();
    return VaryingPsf::of_grid({view_of(psf.cast<FloatArray>())}, {1, 1, 1});
}

std::unique_ptr<ViewsDeconvolver> build(const std::vector<py::object>& psfs, const std::string& scheme,
                                        const std::vector<double>& backgrounds, const std::string& device,
                                        const DeconvolveOptions& options) {
    std::vector<VaryingPsf> views;
    for (const py::object& psf : psfs) views.push_back(psf_of(psf));
    DeconvolveViewsOptions all{options, scheme_named(scheme), backgrounds};
    const py::gil_scoped_release no_gil;
    return std::make_unique<ViewsDeconvolver>(views, all, Device(device));
}

/// Weights that are None: all voxels alike.
DeconvolveReport run(ViewsDeconvolver& plan, const std::vector<FloatArray>& images,
                     const std::vector<std::optional<FloatArray>>& weights, FloatArray out,
                     const py::object& callback) {
    std::vector<WeightedImage> views;
    for (std::size_t i = 0; i < images.size(); ++i)
        views.push_back({view_of(images[i]), weights.at(i) ? view_of(*weights[i]) : View<const float>()});
    const View<float> to = writable_view_of(out);
    const Progress progress = progress_of(callback);
    const py::gil_scoped_release no_gil;
    return plan.run(views, to, progress);
}

}  // namespace

void bind_views(py::module_& module) {
    py::class_<ViewsDeconvolver>(module, "ViewsDeconvolver")
        .def(py::init(&build), py::arg("psfs"), py::arg("scheme"), py::arg("backgrounds"), py::arg("device"),
             py::arg("options"))
        .def("run", &run, py::arg("images"), py::arg("weights"), py::arg("out").noconvert(), py::arg("progress"))
        .def(
            "plan",
            [](const ViewsDeconvolver& plan, const std::array<std::int64_t, 3>& shape) {
                return plan.plan(shape_of(shape));
            },
            py::arg("shape"), py::call_guard<py::gil_scoped_release>())
        .def_property_readonly("device", [](const ViewsDeconvolver& plan) { return plan.device().name(); });
}

}  // namespace planapo::python
