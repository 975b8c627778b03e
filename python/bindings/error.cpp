// The four errors, and the end that is none, as Python exceptions.
#include <planapo/error.hpp>

#include "bindings.hpp"

namespace planapo::python {

namespace {

struct Exceptions {
    py::object invalid_argument, device_unavailable, device_error, out_of_memory, cancelled;
};

// Never destroyed: the interpreter may be gone by then.
Exceptions& exceptions() {
    static auto* all = new Exceptions;
    return *all;
}

py::object add(py::module_& module, const char* name, PyObject* base, const char* doc) {
    const std::string full_name = std::string("planapo.") + name;
    auto type = py::reinterpret_steal<py::object>(PyErr_NewExceptionWithDoc(full_name.c_str(), doc, base, nullptr));
    if (!type) throw py::error_already_set();
    module.attr(name) = type;
    return type;
}

/// Sentences name files, whose bytes need not be UTF-8: these come out as `os.fsdecode` gives them.
void raise(const py::object& type, std::string_view sentence) {
    const auto size = static_cast<py::ssize_t>(sentence.size());
    const auto text = py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(sentence.data(), size, "surrogateescape"));
    PyErr_SetObject(type.ptr(), text.ptr());
}

void translate(std::exception_ptr thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const InvalidArgument& error) {
        raise(exceptions().invalid_argument, error.what());
    } catch (const DeviceUnavailable& error) {
        raise(exceptions().device_unavailable, error.what());
    } catch (const DeviceError& error) {
        raise(exceptions().device_error, error.what());
    } catch (const OutOfMemory& error) {
        raise(exceptions().out_of_memory, error.what());
    } catch (const Cancelled& stopped) {
        raise(exceptions().cancelled, stopped.what());
    }
}

}  // namespace

void bind_error(py::module_& module) {
    Exceptions& all = exceptions();
    all.invalid_argument = add(module, "InvalidArgument", PyExc_ValueError,
                               "What was asked for cannot be done: wrong shape, NaN, unreadable file, a value out of "
                               "range. A ValueError.");
    all.device_unavailable = add(module, "DeviceUnavailable", PyExc_RuntimeError,
                                 "The device asked for is not there or cannot be used; the sentence says why. A "
                                 "RuntimeError.");
    all.device_error =
        add(module, "DeviceError", PyExc_RuntimeError, "The device failed while working. A RuntimeError.");
    all.out_of_memory = add(module, "OutOfMemory", PyExc_MemoryError,
                            "Not enough memory: says how much was asked for, where, and what would fit. A "
                            "MemoryError.");
    all.cancelled =
        add(module, "Cancelled", PyExc_Exception, "The work was stopped because its progress callback answered False.");
    py::register_exception_translator(translate);
}

}  // namespace planapo::python
