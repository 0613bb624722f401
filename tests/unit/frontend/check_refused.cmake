# Compiles SOURCE with COMPILER; passes if that fails with the text on the source's first line.
file(STRINGS ${SOURCE} first LIMIT_COUNT 1)
string(REGEX REPLACE "^// expected: " "" expected "${first}")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I ${INCLUDE} ${SOURCE}
                RESULT_VARIABLE status ERROR_VARIABLE output OUTPUT_VARIABLE ignored)
if(status EQUAL 0)
  message(FATAL_ERROR "compiles, but must not: ${SOURCE}")
endif()
if(NOT output MATCHES "${expected}")
  message(FATAL_ERROR "expected an error that matches '${expected}', got:\n${output}")
endif()
