# Checks one bitcode file: it needs no other library, and kernels that draw several times from one counter compute
# Philox once. Run by ctest with -P.
execute_process(COMMAND ${LLVM_NM} --undefined-only ${BITCODE} OUTPUT_VARIABLE undefined COMMAND_ERROR_IS_FATAL ANY)
if(NOT undefined STREQUAL "")
  message(FATAL_ERROR "expected bitcode without undefined symbols, got:\n${undefined}")
endif()

execute_process(COMMAND ${LLVM_LINK} --only-needed ${CALLER} ${BITCODE}
                COMMAND ${OPT} "-passes=default<O2>" -S
                COMMAND ${FILECHECK} ${CALLER}
                RESULTS_VARIABLE results ERROR_VARIABLE errors)
foreach(result ${results})
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "link, optimise, check ended with ${results}:\n${errors}")
  endif()
endforeach()
