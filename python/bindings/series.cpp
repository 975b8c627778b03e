// Series of images, which Python reads and writes while others are restored.
#include <planapo/deconvolve.hpp>

#include "bindings.hpp"

namespace planapo::python {

namespace {

/// Memory of planapo's, lent to Python for one call.
template <typename T>
py::array lent(const View<T>& view) {
    using Voxel = std::remove_const_t<T>;
    const Shape shape = view.shape();
    const py::none nobody_else;  // an owner: without one the array would be a copy
    py::array_t<Voxel> array({shape.z, shape.y, shape.x}, const_cast<Voxel*>(view.data()), nobody_else);
    if (std::is_const_v<T>) array.attr("flags").attr("writeable") = false;
    return array;
}

/// `read(index, image)` fills an array, `write(index, result, report)` takes one; each from a thread of its own.
template <typename T>
void run_with(Deconvolver& plan, const Series& series, const py::function& read, const py::function& write,
              const Progress& progress) {
    const ReadImage<T> read_image = [&](std::int64_t index, View<T> image) {
        const py::gil_scoped_acquire gil;
        read(index, lent(image));
    };
    const WriteResult write_result = [&](std::int64_t index, View<const float> result, const DeconvolveReport& report) {
        const py::gil_scoped_acquire gil;
        write(index, lent(result), report);
    };
    const py::gil_scoped_release no_gil;
    plan.run_series<T>(series, read_image, write_result, progress);
}

void run_series(Deconvolver& plan, const std::array<std::int64_t, 3>& shape, std::int64_t images, std::int64_t channels,
                const std::string& dtype, const py::function& read, const py::function& write,
                const py::object& callback) {
    const auto run = dtype == "uint16" ? &run_with<std::uint16_t> : &run_with<float>;
    run(plan, {shape_of(shape), images, channels}, read, write, progress_of(callback));
}

}  // namespace

void bind_series(py::module_& module) {
    module.def("run_series", &run_series, py::arg("plan"), py::arg("shape"), py::arg("images"), py::arg("channels"),
               py::arg("dtype"), py::arg("read"), py::arg("write"), py::arg("progress"));
}

}  // namespace planapo::python
