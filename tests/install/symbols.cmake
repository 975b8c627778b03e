# What the library shows (its own names only) and what it needs (nothing that a machine without FFTW, MKL or CUDA lacks).
# Run as `cmake -DLIBRARY= -DPLUGIN= -DNM= -DREADELF= -P symbols.cmake`; PLUGIN may be empty.
cmake_minimum_required(VERSION 3.24...3.31)

function(lines_of output)
    execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE ";" "," text "${text}")
    string(REPLACE "\n" ";" text "${text}")
    set(${output} "${text}" PARENT_SCOPE)
endfunction()

# Instances of the standard library's templates are everybody's, weak or unique (u); anything else must be planapo's.
lines_of(symbols "${NM}" --dynamic --defined-only --demangle --no-weak "${LIBRARY}")
set(count 0)
foreach(symbol IN LISTS symbols)
    if(symbol MATCHES "planapo")
        math(EXPR count "${count} + 1")
    elseif(symbol AND NOT symbol MATCHES " u std::")
        message(SEND_ERROR "${LIBRARY} shows a symbol that is not its own: ${symbol}")
    endif()
endforeach()
if(count EQUAL 0)
    message(SEND_ERROR "${LIBRARY} shows nothing at all")
endif()

foreach(binary IN LISTS LIBRARY PLUGIN)
    lines_of(dynamic "${READELF}" --dynamic --wide "${binary}")
    list(FILTER dynamic INCLUDE REGEX "NEEDED")
    foreach(needed IN LISTS dynamic)
        if(needed MATCHES "libcuda\\.|fftw|mkl" OR (binary STREQUAL LIBRARY AND needed MATCHES "cufft|cudart"))
            message(SEND_ERROR "${binary} does not start where this is missing: ${needed}")
        endif()
    endforeach()
endforeach()
