// What the files of the module planapo._core share. One file a public header; each adds its names to the module.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <planapo/deconvolve.hpp>
#include <planapo/progress.hpp>
#include <planapo/volume.hpp>

namespace planapo::python {

namespace py = pybind11;

void bind_error(py::module_& module);
void bind_device(py::module_& module);
void bind_volume(py::module_& module);
void bind_psf(py::module_& module);
void bind_psf_models(py::module_& module);
void bind_bead_psf(py::module_& module);
void bind_blur(py::module_& module);
void bind_deconvolve(py::module_& module);
void bind_series(py::module_& module);
void bind_views(py::module_& module);
void bind_io(py::module_& module);

/// C-contiguous and of type T; anything else is refused by pybind11 instead of being copied in silence.
template <typename T>
using Array = py::array_t<T, py::array::c_style>;
using FloatArray = Array<float>;

/// A NumPy array (z, y, x) as a view.
template <typename T>
View<const T> view_of(const Array<T>& array);
View<float> writable_view_of(FloatArray& array);

/// A volume on the host as a NumPy array that owns it.
py::array array_of(Volume<float>&& volume);

/// (z, y, x)
py::tuple tuple_of(const Shape& shape);
py::tuple tuple_of(const VoxelSize& voxel);
Shape shape_of(const std::array<std::int64_t, 3>& extents);
VoxelSize voxel_of(const std::array<double, 3>& edges);

Boundary boundary_named(const std::string& name);

/// Progress that asks Python between two steps: first whether Ctrl-C was pressed, then `callback` unless it is None.
/// For work that runs without the GIL.
Progress progress_of(const py::object& callback);

}  // namespace planapo::python
