// Deconvolution.
#include <planapo/deconvolve.hpp>

#include <map>

#include "../../src/message.hpp"
#include "device_array.hpp"

namespace planapo::python {

namespace {

template <typename Value>
Value value_named(const char* option, const std::string& name, const std::map<std::string, Value>& values) {
    const auto found = values.find(name);
    if (found != values.end()) return found->second;
    std::string known;
    for (const auto& [each, value] : values) known += (known.empty() ? "\"" : ", \"") + each + "\"";
    throw InvalidArgument(fmt::format("There is no {} \"{}\": use one of {}.", option, name, known));
}

Method method_named(const std::string& name) {
    return value_named<Method>("method", name,
                               {{"matched", Method::matched},
                                {"gaussian", Method::gaussian},
                                {"butterworth", Method::butterworth},
                                {"wiener-butterworth", Method::wiener_butterworth},
                                {"wiener", Method::wiener},
                                {"omw", Method::omw}});
}

Start start_named(const std::string& name) {
    return value_named<Start>("start", name, {{"image", Start::image}, {"flat", Start::flat}});
}

Acceleration acceleration_named(const std::string& name) {
    return value_named<Acceleration>("acceleration", name,
                                     {{"none", Acceleration::none},
                                      {"biggs-andrews", Acceleration::biggs_andrews},
                                      {"heavy-ball", Acceleration::heavy_ball}});
}

Penalty penalty_named(const std::string& name) {
    return value_named<Penalty>("regularisation", name,
                                {{"none", Penalty::none},
                                 {"total-variation", Penalty::total_variation},
                                 {"tikhonov-miller", Penalty::tikhonov_miller}});
}

Stop stop_named(const std::string& name) {
    return value_named<Stop>(
        "stop", name, {{"divergence", Stop::divergence}, {"held-out", Stop::held_out}, {"consensus", Stop::consensus}});
}

std::optional<std::string> name_of(std::optional<Stop> stop) {
    if (!stop) return std::nullopt;
    return *stop == Stop::divergence ? "divergence" : *stop == Stop::held_out ? "held-out" : "consensus";
}

std::unique_ptr<Deconvolver> build(const FloatArray& psf, const std::string& device, const DeconvolveOptions& options) {
    const View<const float> view = view_of(psf);
    const py::gil_scoped_release no_gil;
    return std::make_unique<Deconvolver>(view, options, Device(device));
}

template <typename T>
DeconvolveReport run(Deconvolver& plan, const Array<T>& image, FloatArray out, const py::object& callback) {
    const View<const T> from = view_of(image);
    const View<float> to = writable_view_of(out);
    const Progress progress = progress_of(callback);
    const py::gil_scoped_release no_gil;
    return plan.run(from, to, progress);
}

DeconvolveReport run_weighted(Deconvolver& plan, const FloatArray& image, const FloatArray& weights, FloatArray out,
                              const py::object& callback) {
    const View<const float> from = view_of(image), trust = view_of(weights);
    const View<float> to = writable_view_of(out);
    const Progress progress = progress_of(callback);
    const py::gil_scoped_release no_gil;
    return plan.run_weighted(from, trust, to, progress);
}

DeconvolveReport run_on_device(Deconvolver& plan, const DeviceArray& image, const DeviceArray& out,
                               const py::object& callback, const Stream& stream) {
    const Progress progress = progress_of(callback);
    const py::gil_scoped_release no_gil;
    return plan.run(image.view(), out.view(), progress, stream);
}

void bind_reports(py::module_& module) {
    using Report = DeconvolveReport;
    py::class_<Report>(module, "DeconvolveReport")
        .def_readonly("iterations", &Report::iterations)
        .def_readonly("divergence", &Report::divergence)
        .def_readonly("momentum", &Report::momentum)
        .def_property_readonly("stop", [](const Report& report) { return name_of(report.stop); })
        .def_readonly("held_out_divergence", &Report::held_out_divergence)
        .def_readonly("agreeing", &Report::agreeing)
        .def_readonly("photons_per_unit", &Report::photons_per_unit)
        .def_readonly("dark", &Report::dark)
        .def_readonly("negative_voxels", &Report::negative_voxels)
        .def_readonly("psf_share_out_of_reach", &Report::psf_share_out_of_reach)
        .def_readonly("floor", &Report::floor)
        .def_readonly("alpha", &Report::alpha)
        .def_readonly("beta", &Report::beta)
        .def_readonly("signal_to_noise", &Report::signal_to_noise)
        .def_readonly("warnings", &Report::warnings);
    py::class_<DeconvolvePlan>(module, "DeconvolvePlan")
        .def_property_readonly("grid", [](const DeconvolvePlan& plan) { return tuple_of(plan.grid); })
        .def_readonly("device_bytes", &DeconvolvePlan::device_bytes);
}

void bind_options(py::module_& module) {
    using Options = DeconvolveOptions;
    py::class_<Options>(module, "DeconvolveOptions")
        .def(py::init<>())
        .def_property("method", nullptr, [](Options& o, const std::string& name) { o.method = method_named(name); })
        .def_property("boundary", nullptr,
                      [](Options& o, const std::string& name) { o.boundary = boundary_named(name); })
        .def_property("start", nullptr, [](Options& o, const std::string& name) { o.start = start_named(name); })
        .def_property("alpha", nullptr, [](Options& o, std::optional<double> value) { o.projector.alpha = value; })
        .def_property("beta", nullptr, [](Options& o, std::optional<double> value) { o.projector.beta = value; })
        .def_property("order", nullptr, [](Options& o, int value) { o.projector.order = value; })
        .def_property("acceleration", nullptr,
                      [](Options& o, const std::string& name) { o.acceleration = acceleration_named(name); })
        .def_property("penalty", nullptr,
                      [](Options& o, const std::string& name) { o.regularisation.penalty = penalty_named(name); })
        .def_property("strength", nullptr, [](Options& o, double value) { o.regularisation.strength = value; })
        .def_property("scale", nullptr, [](Options& o, std::optional<double> value) { o.regularisation.scale = value; })
        .def_property("voxel_um", nullptr,
                      [](Options& o, const std::array<double, 3>& edges) { o.regularisation.voxel = voxel_of(edges); })
        .def_readwrite("momentum", &Options::momentum)
        .def_property("stop", nullptr, [](Options& o, const std::string& name) { o.stop = stop_named(name); })
        .def_readwrite("iterations", &Options::iterations)
        .def_readwrite("photons_per_unit", &Options::photons_per_unit)
        .def_readwrite("background", &Options::background)
        .def_readwrite("floor", &Options::floor)
        .def_readwrite("threads", &Options::threads)
        .def_readwrite("measure_plans", &Options::measure_plans);
}

}  // namespace

Boundary boundary_named(const std::string& name) {
    return value_named<Boundary>("boundary", name,
                                 {{"mirror", Boundary::mirror},
                                  {"wrap", Boundary::wrap},
                                  {"zero", Boundary::zero},
                                  {"unknown", Boundary::unknown}});
}

void bind_deconvolve(py::module_& module) {
    bind_reports(module);
    bind_options(module);
    py::class_<Deconvolver>(module, "Deconvolver")
        .def(py::init(&build), py::arg("psf").noconvert(), py::arg("device"), py::arg("options"))
        .def(py::init([](const VaryingPsf& psf, const std::string& device, const DeconvolveOptions& options) {
                 const py::gil_scoped_release no_gil;
                 return std::make_unique<Deconvolver>(psf, options, Device(device));
             }),
             py::arg("psf"), py::arg("device"), py::arg("options"))
        .def("run", &run<float>, py::arg("image").noconvert(), py::arg("out").noconvert(), py::arg("progress"))
        .def("run", &run<std::uint16_t>, py::arg("image").noconvert(), py::arg("out").noconvert(), py::arg("progress"))
        .def("run_weighted", &run_weighted, py::arg("image").noconvert(), py::arg("weights").noconvert(),
             py::arg("out").noconvert(), py::arg("progress"))
        .def("run_on_device", &run_on_device, py::arg("image"), py::arg("out"), py::arg("progress"), py::arg("stream"))
        .def(
            "plan",
            [](const Deconvolver& plan, const std::array<std::int64_t, 3>& shape) {
                return plan.plan(shape_of(shape));
            },
            py::arg("shape"), py::call_guard<py::gil_scoped_release>())
        .def_property_readonly("device", [](const Deconvolver& plan) { return plan.device().name(); });
}

}  // namespace planapo::python
