// Devices and streams.
#include <planapo/device.hpp>

#include <fmt/format.h>

#include "../../src/backend.hpp"
#include "bindings.hpp"

namespace planapo::python {

namespace {

std::string device_name(const std::string& name) { return Device(name).name(); }

std::string device_description(const std::string& name) { return Device(name).backend().description(); }

/// The GPU that holds this memory, asked one after the other: none is opened behind the one that answers.
std::optional<std::string> device_holding(std::uintptr_t pointer) {
    constexpr int most_of_a_kind = 16;
    for (const char* kind : {"cuda", "simulated"})
        for (int index = 0; index < most_of_a_kind; ++index) {
            try {
                const Device device(fmt::format("{}:{}", kind, index));
                if (device.backend().holds(reinterpret_cast<const void*>(pointer))) return device.name();
            } catch (const std::runtime_error&) {  // not there, or of no use; a later one may be
            }
        }
    return std::nullopt;
}

Stream borrowed_stream(std::uintptr_t handle, const std::string& device) {
    return Stream::borrowed(reinterpret_cast<void*>(handle), Device(device));
}

}  // namespace

void bind_device(py::module_& module) {
    py::class_<DeviceInfo>(module, "DeviceInfo")
        .def_readonly("name", &DeviceInfo::name)
        .def_readonly("description", &DeviceInfo::description)
        .def_readonly("available", &DeviceInfo::available)
        .def_readonly("remark", &DeviceInfo::remark)
        .def_readonly("memory_bytes", &DeviceInfo::memory_bytes);
    module.def("devices", &devices, py::call_guard<py::gil_scoped_release>());
    module.def("device_description", &device_description, py::arg("name"), py::call_guard<py::gil_scoped_release>());
    module.def("device_holding", &device_holding, py::arg("pointer"), py::call_guard<py::gil_scoped_release>());
    module.def("device_name", &device_name, py::arg("name"), py::call_guard<py::gil_scoped_release>());

    py::class_<Stream>(module, "Stream")
        .def(py::init([](const std::string& device) { return Stream(Device(device)); }), py::arg("device"))
        .def_static("borrowed", &borrowed_stream, py::arg("handle"), py::arg("device"))
        .def_property_readonly(
            "handle", [](const Stream& stream) { return reinterpret_cast<std::uintptr_t>(stream.native_handle()); })
        .def("wait", &Stream::wait, py::call_guard<py::gil_scoped_release>());
}

}  // namespace planapo::python
