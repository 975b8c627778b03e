# planapo_add_suite(NAME [MACHINES cpu simulated cuda] [ORDERS reverse shuffled] [LINK TARGETS]): one program from NAME/*.cpp, one ctest test a GoogleTest.
#
# A suite with MACHINES is parameterised over their names: every test's name ends in /cpu, /simulated or /cuda, and the test skips
# itself, with the reason, where there is no card. ORDERS: those in which the simulator runs threads besides forward. A test whose name holds "Soak" belongs to `make soak`.
include_guard()
include(GoogleTest)

function(planapo_add_suite suite)
    cmake_parse_arguments(PARSE_ARGV 1 suite "" "" "MACHINES;ORDERS;LINK")
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${suite}/*.cpp")
    if(NOT sources)
        return()
    endif()
    if(NOT suite_LINK)
        set(suite_LINK planapo::planapo fmt::fmt)
    endif()
    add_executable(${suite}_tests ${sources})
    target_include_directories(${suite}_tests PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${suite}_tests PRIVATE ${suite_LINK} planapo_flags GTest::gtest_main)

    if(suite_MACHINES)
        foreach(machine IN LISTS suite_MACHINES)
            planapo_discover_tests(${suite}_tests "*/${machine}*" ${suite} ${machine})
        endforeach()
    else()
        planapo_discover_tests(${suite}_tests "*" ${suite} cpu)
    endif()
    set(machine_environment ${test_environment})
    set(machine_prefix ${test_prefix})
    foreach(order IN LISTS suite_ORDERS)
        set(test_environment ${machine_environment} "PLANAPO_SIMT_ORDER=${order}")
        set(test_prefix "${order} order: ${machine_prefix}")
        planapo_discover_tests(${suite}_tests "*/simulated*" ${suite} simulated ${order})
    endforeach()
endfunction()

# Registers the tests of `program` that match `wanted` under the labels that follow; those with Soak in their name also under soak.
function(planapo_discover_tests program wanted)
    set(labels ${ARGN})
    list(JOIN labels "_" list_name)
    string(PREPEND list_name "${program}_")
    string(REGEX REPLACE "^\\*" "*Soak*" wanted_in_soak "${wanted}")
    planapo_discover_filtered(${program} "${wanted}:-*Soak*" ${list_name} "${labels}")
    # The thread sanitizer takes twenty times as long as a plain build: it sees the small sizes only.
    if(NOT PLANAPO_SANITIZE STREQUAL "thread")
        planapo_discover_filtered(${program} "${wanted_in_soak}" ${list_name}_soak "${labels};soak")
    endif()
endfunction()

# gtest_discover_tests flattens properties that are lists: they are set afterwards, by a file that ctest reads.
function(planapo_discover_filtered program filter list_name labels)
    string(REGEX REPLACE "_tests$" "" suite_name ${program})
    gtest_discover_tests(${program}
        TEST_FILTER "${filter}" TEST_PREFIX "${test_prefix}${suite_name}." TEST_LIST ${list_name} DISCOVERY_TIMEOUT 120 NO_PRETTY_VALUES)
    set(properties_file "${CMAKE_CURRENT_BINARY_DIR}/${list_name}_properties.cmake")
    # 600 s: the slowest sanitizer on a busy machine.
    file(CONFIGURE OUTPUT "${properties_file}" @ONLY CONTENT [[
foreach(test IN LISTS @list_name@)
    set_tests_properties("${test}" PROPERTIES LABELS "@labels@" ENVIRONMENT "@test_environment@" TIMEOUT 600)
endforeach()
]])
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${properties_file}")
endfunction()
