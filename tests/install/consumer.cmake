# Installs the build, moves the installed tree elsewhere, builds the consumer project against it, and runs that.
# Run as `cmake -DBUILD= -DSOURCE= -DWORK= -DVERSION= -DGENERATOR= -DCOMPILER= -P consumer.cmake`.
cmake_minimum_required(VERSION 3.24...3.31)

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed_here" --strip)
file(RENAME "${WORK}/installed_here" "${WORK}/moved_there")

set(configure "${CMAKE_COMMAND}" -S "${SOURCE}/consumer" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${WORK}/moved_there" -DCMAKE_BUILD_TYPE=Release)
run(${configure} -B "${WORK}/build" "-DWANTED=${VERSION}")
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/consumer" "${VERSION}")

# A project that was written for another minor version must be told so.
foreach(other 0.0.1 0.99 9.0)
    execute_process(COMMAND ${configure} -B "${WORK}/refused" "-DWANTED=${other}"
        RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE complaint)
    if(result EQUAL 0 OR NOT complaint MATCHES "not compatible|compatible with requested")
        message(FATAL_ERROR "find_package(planapo ${other}) was not refused by planapo ${VERSION}: ${complaint}")
    endif()
endforeach()
