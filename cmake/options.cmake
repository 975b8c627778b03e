# Every option of the build, each with the reason for its default.
include_guard()

# The library alone is what another project wants; whoever builds planapo itself wants its tests.
option(PLANAPO_BUILD_TESTS "Build the tests (needs GoogleTest)" ${PROJECT_IS_TOP_LEVEL})
# Needs an interpreter with pybind11, which a C++ user may not have. pip and the release preset switch it on.
option(PLANAPO_BUILD_PYTHON "Build the Python module planapo._core" OFF)
# Needs Google Benchmark, and a quiet machine to be of use: bench/run switches it on.
option(PLANAPO_BUILD_BENCH "Build the benchmarks" OFF)
# Another compiler may know warnings that ours does not: only the presets turn them into errors.
option(PLANAPO_WARNINGS_AS_ERRORS "Stop at the first compiler warning, host and device" OFF)

# What `make` has chosen. What a command line or a preset says comes before it.
include("${PROJECT_SOURCE_DIR}/build/cuda.cmake" OPTIONAL)
# A machine without nvcc still gets the whole library, for the CPU.
set(PLANAPO_BUILD_CUDA AUTO CACHE STRING "Build the CUDA plugin: ON, OFF, or AUTO (where nvcc is found)")
set_property(CACHE PLANAPO_BUILD_CUDA PROPERTY STRINGS AUTO ON OFF)
# One setting for library, tests and simulated plugin: half of a process under a sanitizer sees half of its bugs.
set(PLANAPO_SANITIZE "" CACHE STRING "Sanitizers, as g++'s -fsanitize= takes them: address,undefined or thread")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Without optimisation the library is of no use" FORCE)
endif()

# Building twice (for C++ and for a wheel) then costs little more than building once.
find_program(PLANAPO_CCACHE ccache)
mark_as_advanced(PLANAPO_CCACHE)
if(PLANAPO_CCACHE AND PROJECT_IS_TOP_LEVEL)
    foreach(language CXX CUDA)
        if(NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
            set(CMAKE_${language}_COMPILER_LAUNCHER "${PLANAPO_CCACHE}")
        endif()
    endforeach()
endif()
