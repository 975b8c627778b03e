# Is there a CUDA compiler? Sets PLANAPO_WITH_CUDA, and says in one line what that means.
include_guard()

set(PLANAPO_WITH_CUDA OFF)
if(NOT PLANAPO_BUILD_CUDA)
    message(STATUS "planapo: without CUDA, as PLANAPO_BUILD_CUDA=${PLANAPO_BUILD_CUDA} asks")
    return()
endif()

# Hopper's own code, and PTX of the oldest card that nvcc 13 knows, from which the driver compiles for every other one.
# Said before the language is enabled: `native` cannot work on a machine without a GPU.
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES "90-real;75-virtual" CACHE STRING "GPU architectures that the plugin is compiled for")
endif()
include(CheckLanguage)
check_language(CUDA)
set(missing "no nvcc was found")
if(CMAKE_CUDA_COMPILER)
    # Asked before the language is enabled, which cannot be undone: Debian 12's own nvcc is of CUDA 11.
    execute_process(COMMAND "${CMAKE_CUDA_COMPILER}" --version OUTPUT_VARIABLE nvcc_says ERROR_QUIET)
    if(NOT nvcc_says MATCHES "release ([0-9.]+)" OR CMAKE_MATCH_1 VERSION_LESS 13)
        set(missing "${CMAKE_CUDA_COMPILER} is not of CUDA 13 or newer")
        unset(CMAKE_CUDA_COMPILER CACHE)
    endif()
endif()
if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    find_package(CUDAToolkit 13 REQUIRED)
    set(PLANAPO_WITH_CUDA ON)
    message(STATUS "planapo: with CUDA ${CUDAToolkit_VERSION}, architectures ${CMAKE_CUDA_ARCHITECTURES}")
elseif(PLANAPO_BUILD_CUDA STREQUAL "ON")
    message(FATAL_ERROR "PLANAPO_BUILD_CUDA=ON, but ${missing}: put one on PATH, set CUDACXX, or have one fetched by "
        "PLANAPO_CUDA=wheels make build")
else()
    message(STATUS "planapo: ${missing}, so this build serves the CPU only (set CUDACXX to change that, or have one fetched by "
        "PLANAPO_CUDA=wheels make build)")
endif()
