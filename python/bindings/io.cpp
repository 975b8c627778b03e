// Image files.
#include <planapo/io.hpp>

#include <pybind11/stl/filesystem.h>

#include "../../src/message.hpp"
#include "bindings.hpp"

namespace planapo::python {

namespace {

using Extents = std::array<std::int64_t, 5>;
using Path = std::filesystem::path;  // of str, bytes or os.PathLike, as os.fsencode has it

Compression compression_named(const std::string& name) {
    if (name == "none") return Compression::none;
    if (name == "deflate") return Compression::deflate;
    require(name == "zstd", "compression is \"{}\": use \"none\", \"deflate\" or \"zstd\".", name);
    return Compression::zstd;
}

WriteOptions options_of(const std::optional<std::string>& type, const std::string& compression,
                        const std::string& provenance) {
    WriteOptions options{.type = std::nullopt, .compression = compression_named(compression), .provenance = provenance};
    if (type) options.type = pixel_type(*type);
    return options;
}

std::optional<py::tuple> voxel_um(const ImageInfo& info) {
    const auto voxel = info.voxel_size();
    if (!voxel) return std::nullopt;
    return tuple_of(*voxel);
}

void bind_info(py::module_& module) {
    py::class_<ImageInfo>(module, "ImageInfo")
        .def(py::init<>())
        .def(py::init<const ImageInfo&>(), py::arg("info"))
        .def_property(
            "dtype", [](const ImageInfo& info) { return to_string(info.type); },
            [](ImageInfo& info, const std::string& name) { info.type = pixel_type(name); })
        .def_property(
            "size", [](const ImageInfo& i) { return py::make_tuple(i.size.t, i.size.c, i.size.z, i.size.y, i.size.x); },
            [](ImageInfo& i, const Extents& n) {
                i.size = {n[0], n[1], n[2], n[3], n[4]};
            })
        .def_property("voxel_um", &voxel_um,
                      [](ImageInfo& info, const std::array<double, 3>& edges) { info.set_voxel_size(voxel_of(edges)); })
        .def_readonly("voxel_z_um", &ImageInfo::voxel_z_um)
        .def_readonly("voxel_y_um", &ImageInfo::voxel_y_um)
        .def_readonly("voxel_x_um", &ImageInfo::voxel_x_um)
        .def_readwrite("time_step_s", &ImageInfo::time_step_s)
        .def_readwrite("channel_names", &ImageInfo::channel_names)
        .def_readwrite("plane_labels", &ImageInfo::plane_labels)
        .def_readonly("ome_xml", &ImageInfo::ome_xml)
        .def_readonly("description", &ImageInfo::description)
        .def_readonly("notes", &ImageInfo::notes)
        .def_readwrite("provenance", &ImageInfo::provenance)
        .def_readonly("images", &ImageInfo::images)
        .def_readonly("image", &ImageInfo::image);
}

py::array read_all(const ImageFile& file, const py::object& callback) {
    const ImageInfo& info = file.info();
    const ImageSize& n = info.size;
    py::array image(py::dtype(to_string(info.type)), std::vector<py::ssize_t>{n.t, n.c, n.z, n.y, n.x});
    void* memory = image.mutable_data();
    const Progress progress = progress_of(callback);
    const py::gil_scoped_release no_gil;
    file.read_into(memory, info.bytes(), progress);
    return image;
}

py::array read_one(const ImageFile& file, std::int64_t time, std::int64_t channel) {
    Volume<float> volume = [&] {
        const py::gil_scoped_release no_gil;
        return file.read_volume(time, channel);
    }();
    return array_of(std::move(volume));
}

/// Into an array of floats or of the file's own type.
void read_one_into(const ImageFile& file, std::int64_t time, std::int64_t channel, py::array into) {
    require(into.ndim() == 3 && (into.flags() & py::array::c_style) != 0 && into.writeable(),
            "The place for a volume must be a writable, C-contiguous array of 3 axes.");
    void* memory = into.mutable_data();
    const bool as_floats = into.dtype().is(py::dtype::of<float>());
    require(as_floats || into.dtype().is(py::dtype(to_string(file.info().type))),
            "The place for a volume must be of float32 or {}.", to_string(file.info().type));
    const Shape shape{into.shape(0), into.shape(1), into.shape(2)};
    const py::ssize_t bytes = into.nbytes();
    const py::gil_scoped_release no_gil;
    if (as_floats) {
        file.read_volume_into(View<float>(static_cast<float*>(memory), shape), time, channel);
    } else {
        file.read_volume_into(memory, bytes, time, channel);
    }
}

/// An ImageWriter that can be let go of before Python gets round to destroying it: its temporary file goes with it.
class Writer {
public:
    Writer(const Path& path, const ImageInfo& info, const WriteOptions& options)
        : writer_(std::in_place, path, info, options) {}

    void append(const std::vector<FloatArray>& channels) {
        std::vector<View<const float>> views;
        for (const FloatArray& channel : channels) views.push_back(view_of(channel));
        const py::gil_scoped_release no_gil;
        open().append(views);
    }

    WriteReport finish() {
        const py::gil_scoped_release no_gil;
        return open().finish();
    }

    void abandon() { writer_.reset(); }

private:
    ImageWriter& open() {
        require(writer_.has_value(), "The file was abandoned: nothing more can be written to it.");
        return *writer_;
    }

    std::optional<ImageWriter> writer_;
};

WriteReport write(const Path& path, const ImageInfo& info, const py::array& image, const WriteOptions& options,
                  const py::object& callback) {
    require(image.nbytes() == info.bytes() && (image.flags() & py::array::c_style) != 0,
            "The array has {} bytes but its description {}; it must be C-contiguous.", image.nbytes(), info.bytes());
    const void* data = image.data();
    const Progress progress = progress_of(callback);
    const py::gil_scoped_release no_gil;
    return write_image(path, info, data, options, progress);
}

void bind_writing(py::module_& module) {
    py::class_<WriteOptions>(module, "WriteOptions")
        .def(py::init(&options_of), py::arg("dtype") = py::none(), py::arg("compression") = "none",
             py::arg("provenance") = "");
    py::class_<WriteReport>(module, "WriteReport")
        .def_readonly("bytes", &WriteReport::bytes)
        .def_readonly("clipped_voxels", &WriteReport::clipped_voxels)
        .def_readonly("clipped_share", &WriteReport::clipped_share)
        .def_readonly("big_tiff", &WriteReport::big_tiff)
        .def_readonly("ome", &WriteReport::ome);
    py::class_<Writer>(module, "ImageWriter")
        .def(py::init<const Path&, const ImageInfo&, const WriteOptions&>(), py::arg("path"), py::arg("info"),
             py::arg("options"))
        .def("append", &Writer::append, py::arg("channels"))
        .def("finish", &Writer::finish)
        .def("abandon", &Writer::abandon);
    module.def("write_image", &write, py::arg("path"), py::arg("info"), py::arg("image"), py::arg("options"),
               py::arg("progress"));
}

}  // namespace

void bind_io(py::module_& module) {
    bind_info(module);
    py::class_<ImageFile>(module, "ImageFile")
        .def(py::init([](const Path& path, std::int64_t image) { return ImageFile(path, image); }), py::arg("path"),
             py::arg("image") = 0, py::call_guard<py::gil_scoped_release>())
        .def_property_readonly("info", [](const ImageFile& file) { return file.info(); })
        .def("read", &read_all, py::arg("progress"))
        .def("read_volume", &read_one, py::arg("time"), py::arg("channel"))
        .def("read_volume_into", &read_one_into, py::arg("time"), py::arg("channel"), py::arg("into"));
    bind_writing(module);
}

}  // namespace planapo::python
