// Devices and streams.
#include <planapo/device.hpp>

#include "bindings.hpp"

namespace planapo::python {

namespace {

std::string device_name(const std::string& name) { return Device(name).name(); }

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
    module.def("device_name", &device_name, py::arg("name"), py::call_guard<py::gil_scoped_release>());

    py::class_<Stream>(module, "Stream")
        .def(py::init([](const std::string& device) { return Stream(Device(device)); }), py::arg("device"))
        .def_static("borrowed", &borrowed_stream, py::arg("handle"), py::arg("device"))
        .def_property_readonly(
            "handle", [](const Stream& stream) { return reinterpret_cast<std::uintptr_t>(stream.native_handle()); })
        .def("wait", &Stream::wait, py::call_guard<py::gil_scoped_release>());
}

}  // namespace planapo::python
