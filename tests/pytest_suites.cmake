# The Python tests, against the package as it was assembled in the build tree: one ctest test a file, one for the examples in the
# docstrings, and one for everything that is marked `soak`. Each prints what was skipped and why.
include_guard()

set(pytest "${Python_EXECUTABLE}" -B -m pytest -p no:cacheprovider -rs -q)
set(pytest_environment ${test_environment} "PYTHONPATH=${PROJECT_BINARY_DIR}/python")

function(planapo_add_pytest test labels)
    add_test(NAME "python.${test}" COMMAND ${pytest} ${ARGN} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    # 5: pytest found no test that is asked for.
    set_tests_properties("python.${test}" PROPERTIES
        LABELS "${labels}" ENVIRONMENT "${pytest_environment}" TIMEOUT 600 SKIP_RETURN_CODE 5)
endfunction()

file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/python/test_*.py")
foreach(file IN LISTS files)
    cmake_path(GET file STEM stem)
    string(REPLACE "test_" "" stem "${stem}")
    planapo_add_pytest(${stem} "python;cpu" -m "not soak" "${file}")
endforeach()
planapo_add_pytest(docstrings "python;cpu" --doctest-modules "${PROJECT_BINARY_DIR}/python/planapo")
planapo_add_pytest(soak "python;cpu;soak" -m soak "${CMAKE_CURRENT_SOURCE_DIR}/python")
set_tests_properties(python.soak PROPERTIES TIMEOUT 1500)
