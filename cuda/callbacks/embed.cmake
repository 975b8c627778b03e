# Compiles the callback and makes it part of the plugin. cuFFT links it into its own kernels, on the machine where they run: so it travels
# as intermediate code, in an array. A card takes the code of the newest architecture that is not newer than its own.
set(callback "${CMAKE_CURRENT_LIST_DIR}/multiply.cuh")
set(fatbin "${CMAKE_CURRENT_BINARY_DIR}/multiply.fatbin")
set(array "${CMAKE_CURRENT_BINARY_DIR}/multiply_fatbin.h")
set(callback_code)
foreach(architecture 75 80 90 100 120)
    list(APPEND callback_code "-gencode=arch=compute_${architecture},code=lto_${architecture}")
endforeach()
add_custom_command(OUTPUT "${fatbin}" "${array}" VERBATIM COMMAND_EXPAND_LISTS
    COMMAND "${CMAKE_CUDA_COMPILER}" -x cu -dc -fatbin ${cuda_flags}
            "$<$<BOOL:${PLANAPO_WARNINGS_AS_ERRORS}>:-Werror=all-warnings>"
            "$<$<BOOL:${CMAKE_CUDA_HOST_COMPILER}>:-ccbin=${CMAKE_CUDA_HOST_COMPILER}>"
            -I "${PROJECT_SOURCE_DIR}/include" ${callback_code} "${callback}" -o "${fatbin}"
    COMMAND "${CUDAToolkit_BIN_DIR}/bin2c" --const --type longlong --name planapo_multiply_fatbin "${fatbin}" > "${array}"
    DEPENDS "${callback}" "${CMAKE_CURRENT_LIST_DIR}/callbacks.hpp" "${PROJECT_SOURCE_DIR}/src/formula.hpp"
            "${PROJECT_SOURCE_DIR}/include/planapo/volume.hpp"
    COMMENT "Compiling the callback of cuFFT")
target_sources(planapo_cuda PRIVATE "${array}")
target_include_directories(planapo_cuda PRIVATE "${CMAKE_CURRENT_BINARY_DIR}")
