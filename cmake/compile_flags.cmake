# How every translation unit of planapo is compiled: interface targets, so that nothing leaks to those who link planapo.
include_guard()

set(CMAKE_CXX_EXTENSIONS OFF)

# Results depend neither on the order in which a compiler likes to add (no -ffast-math anywhere) nor on whether a processor
# fuses a multiplication with an addition: so CPU and GPU, old and new, agree far beyond what is promised. Kernels wait for
# memory, not for arithmetic.
add_library(planapo_flags INTERFACE)
target_compile_features(planapo_flags INTERFACE cxx_std_20)
set(cxx_flags
    -ffp-contract=off
    -fno-trapping-math  # nobody asks for floating-point exceptions; without it g++ vectorises no loop that chooses or compares
    -fno-semantic-interposition  # calls inside the library need no detour through the symbol table
    "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=")  # binaries and their messages do not depend on where they were built
set(cuda_flags
    -std=c++20  # CMake 3.25 does not know C++20 for nvcc 13, and drops CUDA_STANDARD 20 without a word
    --fmad=false
    --expt-relaxed-constexpr  # formula.hpp uses the standard library's constexpr functions
    "-Xcompiler=-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/="
    -diag-suppress=554)  # warns of View<const T>'s conversion to itself, which a requires-clause has ruled out already
target_compile_options(planapo_flags INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:${cxx_flags}>" "$<$<COMPILE_LANGUAGE:CUDA>:${cuda_flags}>")

# g++ 12 sees copies that overlap in "a" + std::string (GCC bug 105651), hence the last one.
set(planapo_warnings -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-restrict)
list(JOIN planapo_warnings "," planapo_host_warnings)
target_compile_options(planapo_flags INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:${planapo_warnings}>"
    "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${planapo_host_warnings}>")
if(PLANAPO_WARNINGS_AS_ERRORS)
    target_compile_options(planapo_flags INTERFACE
        "$<$<COMPILE_LANGUAGE:CXX>:-Werror>"
        "$<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings;-Xcompiler=-Werror>")
endif()

if(PLANAPO_SANITIZE)
    # Frame pointers: reports with whole stacks. No recovery: the first finding ends the test.
    target_compile_options(planapo_flags INTERFACE
        "$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${PLANAPO_SANITIZE};-fno-omit-frame-pointer;-fno-sanitize-recover=all>")
    target_link_options(planapo_flags INTERFACE "-fsanitize=${PLANAPO_SANITIZE}")
endif()
