// Progress callbacks: Ctrl-C and Python's own exceptions travel through the library unchanged.
#include <planapo/progress.hpp>

#include "bindings.hpp"

namespace planapo::python {

namespace {

/// Only False itself (Python's or NumPy's) stops: callbacks that answer nothing, or a number, mean to go on.
bool says_stop(const py::object& answer) {
    constexpr bool convert = false;
    py::detail::make_caster<bool> truth;
    return truth.load(answer, convert) && !static_cast<bool>(truth);
}

/// Shared, because copies of a std::function are made where the GIL is not held.
struct Callback {
    explicit Callback(py::object called) : function(std::move(called)) {}
    ~Callback() {
        const py::gil_scoped_acquire gil;
        function = py::object();
    }
    py::object function;
};

}  // namespace

Progress progress_of(const py::object& callback) {
    auto shared = std::make_shared<Callback>(callback);
    return [shared](double done, double total) {
        const py::gil_scoped_acquire gil;
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        return shared->function.is_none() || !says_stop(shared->function(done, total));
    };
}

}  // namespace planapo::python
