// The compiled half of the Python package. Names, defaults and docstrings that people meet live in planapo/*.py.
#include "bindings.hpp"

#include <planapo/version.hpp>

PYBIND11_MODULE(_core, module) {
    using namespace planapo::python;
    module.doc() = "The compiled half of planapo; use the names of the package planapo instead.";
    module.attr("__version__") = PLANAPO_VERSION;
    bind_error(module);
    bind_device(module);
    bind_volume(module);
    bind_psf(module);
    bind_psf_models(module);
    bind_bead_psf(module);
    bind_blur(module);
    bind_deconvolve(module);
    bind_series(module);
    bind_views(module);
    bind_io(module);
}
