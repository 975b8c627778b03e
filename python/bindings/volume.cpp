// Volumes: NumPy arrays as views, arrays on a device, and the count of the memory that planapo holds.
#include <planapo/volume.hpp>

#include "../../src/backend.hpp"
#include "../../src/message.hpp"
#include "device_array.hpp"

namespace planapo::python {

namespace {

Shape three_axes(const DeviceArray::Extents& extents) {
    require(extents.size() == 2 || extents.size() == 3, "An array on a device has 2 or 3 axes, not {}.",
            extents.size());
    return extents.size() == 2 ? Shape{1, extents[0], extents[1]} : Shape{extents[0], extents[1], extents[2]};
}

DeviceArray copied_from(const FloatArray& array, const std::string& device) {
    const DeviceArray copy({array.shape(), array.shape() + array.ndim()}, Device(device));
    Backend& backend = copy.device().backend();
    const float* from = array.data();
    const py::gil_scoped_release no_gil;
    backend.copy(from, copy.data(), copy.bytes(), {});
    backend.wait({});
    return copy;
}

FloatArray copied_to_host(const DeviceArray& array) {
    FloatArray copy(array.shape());
    Backend& backend = array.device().backend();
    float* to = copy.mutable_data();
    const py::gil_scoped_release no_gil;
    backend.copy(array.data(), to, array.bytes(), {});
    backend.wait({});
    return copy;
}

/// Memory that another library describes by __cuda_array_interface__; `owner` is kept alive with it.
DeviceArray from_pointer(std::uintptr_t pointer, const DeviceArray::Extents& shape, const std::string& device,
                         py::object owner, bool writable) {
    auto* data = reinterpret_cast<float*>(pointer);
    const Device place(device);
    require(place.backend().holds(data), "The array's memory does not lie on {}: name the device that it lies on.",
            place.name());
    std::shared_ptr<void> keep(new py::object(std::move(owner)), [](void* held) {
        const py::gil_scoped_acquire gil;
        delete static_cast<py::object*>(held);
    });
    return {data, shape, place, std::move(keep), writable};
}

void bind_device_array(py::module_& module) {
    py::class_<DeviceArray>(module, "DeviceArray")
        .def(py::init([](const DeviceArray::Extents& shape, const std::string& device) {
                 return DeviceArray(shape, Device(device));
             }),
             py::arg("shape"), py::arg("device"))
        .def_static("copied_from", &copied_from, py::arg("array").noconvert(), py::arg("device"))
        .def_static("from_dlpack", &from_dlpack, py::arg("capsule"), py::arg("device"), py::arg("name"))
        .def_static("from_pointer", &from_pointer, py::arg("pointer"), py::arg("shape"), py::arg("device"),
                    py::arg("owner"), py::arg("writable"))
        .def("to_dlpack", &to_dlpack, py::arg("versioned"))
        .def("dlpack_device", &dlpack_device)
        .def("to_host", &copied_to_host)
        .def_property_readonly("shape", [](const DeviceArray& array) { return py::tuple(py::cast(array.shape())); })
        .def_property_readonly("device", [](const DeviceArray& array) { return array.device().name(); })
        .def_property_readonly("writable", &DeviceArray::writable)
        .def_property_readonly("pointer",
                               [](const DeviceArray& array) { return reinterpret_cast<std::uintptr_t>(array.data()); });
}

}  // namespace

DeviceArray::DeviceArray(const Extents& shape, const Device& device) : shape_(shape), device_(device) {
    auto volume = std::make_shared<Volume<float>>(three_axes(shape), device);
    data_ = volume->data();
    owner_ = std::move(volume);
}

DeviceArray::DeviceArray(float* data, const Extents& shape, const Device& device, std::shared_ptr<void> owner,
                         bool writable)
    : data_(data), shape_(shape), device_(device), owner_(std::move(owner)), writable_(writable) {
    checked_bytes(three_axes(shape), sizeof(float));
}

std::int64_t DeviceArray::bytes() const { return checked_bytes(three_axes(shape_), sizeof(float)); }
View<float> DeviceArray::view() const { return {data_, three_axes(shape_)}; }

template <typename T>
View<const T> view_of(const Array<T>& array) {
    require(array.ndim() == 3, "A volume has 3 axes (z, y, x), not {}.", array.ndim());
    return {array.data(), {array.shape(0), array.shape(1), array.shape(2)}};
}
template View<const float> view_of(const Array<float>&);
template View<const std::uint16_t> view_of(const Array<std::uint16_t>&);

View<float> writable_view_of(FloatArray& array) {
    const View<const float> view = view_of(array);
    return {array.mutable_data(), view.shape()};
}

py::array array_of(Volume<float>&& volume) {
    auto* kept = new Volume<float>(std::move(volume));
    const py::capsule owner(kept, [](void* pointer) { delete static_cast<Volume<float>*>(pointer); });
    const Shape& shape = kept->shape();
    return py::array_t<float>({shape.z, shape.y, shape.x}, kept->data(), owner);
}

py::tuple tuple_of(const Shape& shape) { return py::make_tuple(shape.z, shape.y, shape.x); }
py::tuple tuple_of(const VoxelSize& voxel) { return py::make_tuple(voxel.z_um, voxel.y_um, voxel.x_um); }
Shape shape_of(const std::array<std::int64_t, 3>& extents) { return {extents[0], extents[1], extents[2]}; }
VoxelSize voxel_of(const std::array<double, 3>& edges) { return {edges[0], edges[1], edges[2]}; }

void bind_volume(py::module_& module) {
    bind_device_array(module);
    module.def(
        "bytes_in_use", [](const std::string& device) { return bytes_in_use(Device(device)); }, py::arg("device"));
    module.def(
        "peak_bytes", [](const std::string& device) { return peak_bytes(Device(device)); }, py::arg("device"));
    module.def(
        "reset_peak_bytes", [](const std::string& device) { reset_peak_bytes(Device(device)); }, py::arg("device"));
}

}  // namespace planapo::python
