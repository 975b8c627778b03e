# The Python that the module is built for and the Python tests run with: the one asked for by Python_EXECUTABLE, else the
# virtual environment that `make build` keeps, else the first on PATH.
include_guard()

if(NOT PLANAPO_BUILD_PYTHON AND NOT PLANAPO_BUILD_TESTS)
    return()
endif()
set(environment_python "${PROJECT_SOURCE_DIR}/build/venv/bin/python")
if(NOT DEFINED Python_EXECUTABLE AND EXISTS "${environment_python}")
    set(Python_EXECUTABLE "${environment_python}" CACHE FILEPATH "Python interpreter")
endif()
if(PLANAPO_BUILD_PYTHON)
    find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
else()
    find_package(Python 3.10 REQUIRED COMPONENTS Interpreter)
endif()
