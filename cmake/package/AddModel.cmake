# genfuse_add_model: a library target of a model's compiled operations, made at build time.
#
#   genfuse_add_model(kernels SOURCE model.cpp MODEL digits OPERATIONS "gradient(W, b)" "simulate()"
#                     [TARGETS cpu cuda] [REAL f32|f64] [CPU_LEVELS x86-64-v3 x86-64-v4 native]
#                     [CUDA_ARCHITECTURES 80 90 100]
#                     [MAPPING instances|elements|single] [BATCHED argument ...] [NAME name] [SHARED] [CHECKED]
#                     [GEMM_SIZE elements])
#
# SOURCE is C++ that defines a function `digits()` without parameters, in any namespace that MODEL names, which returns
# a genfuse::Model (gf::gen returns one); or IR text (.mlir), where MODEL names the gen.func, by default the last one.
# An operation is a request, if need be with a name in front and with sections behind:
#   "fit = gradient(mu) @ instances; batched: xs; shared: y/*"
# With GEMM_SIZE products with matrices of so many elements are calls of libgenfuse_gemm.so, which comes with the target.
# MAPPING and BATCHED are the sections of operations without an `@`. `target_link_libraries(app kernels)` then gives
# app <kernels.h> (C), <kernels.hpp> (C++) and the library; NAME gives them another name than the target's. The target's
# property GENFUSE_DIRECTORY is the folder that holds them, with the manifest kernels.json. What a C++ SOURCE includes and links beside genfuse is given to the
# target kernels_generator. The build stops, at the user's line, where the model is not valid.
cmake_minimum_required(VERSION 3.25)

function(_genfuse_check_model_arguments target)
  set(where "genfuse_add_model(${target})")
  if(arg_UNPARSED_ARGUMENTS)
    list(JOIN arg_UNPARSED_ARGUMENTS ", " unknown)
    message(FATAL_ERROR "${where}: unknown arguments ${unknown}")
  endif()
  if(NOT arg_NAME MATCHES "^[A-Za-z][A-Za-z0-9_]*$")
    message(FATAL_ERROR "${where}: expected a target or a NAME that is a C identifier, with which all symbols start")
  endif()
  foreach(needed SOURCE OPERATIONS)
    if(NOT arg_${needed})
      message(FATAL_ERROR "${where}: expected ${needed}")
    endif()
  endforeach()
  if(NOT EXISTS "${source}")
    message(FATAL_ERROR "${where}: there is no SOURCE '${source}'")
  endif()
  if(NOT arg_MODEL AND NOT source MATCHES "\\.mlir$")
    message(FATAL_ERROR "${where}: expected MODEL, the function of ${arg_SOURCE} that returns the model")
  endif()
  if(NOT arg_REAL MATCHES "^f(32|64)$")
    message(FATAL_ERROR "${where}: expected REAL f32 or f64, got '${arg_REAL}'")
  endif()
  if(NOT "${arg_CUDA_ARCHITECTURES}" MATCHES "^[0-9]+(;[0-9]+)*$")
    message(FATAL_ERROR "${where}: expected CUDA_ARCHITECTURES as numbers such as 90, got '${arg_CUDA_ARCHITECTURES}'")
  endif()
  if(NOT "${arg_GEMM_SIZE}" MATCHES "^[0-9]+$")
    message(FATAL_ERROR "${where}: expected GEMM_SIZE as a number of elements, got '${arg_GEMM_SIZE}'")
  endif()
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(NOT CXX IN_LIST languages)
    message(FATAL_ERROR "${where}: enable the language CXX, in which models are traced: project(... LANGUAGES C CXX)")
  endif()
endfunction()

# The items of a list as initialisers of C++ strings.
function(_genfuse_strings out list)
  set(text "")
  foreach(item IN LISTS ${list})
    string(APPEND text "R\"gf(${item})gf\", ")
  endforeach()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# The operations with the common sections. A semicolon in an operation separates nothing here.
function(_genfuse_operations out)
  set(sections ${arg_MAPPING})
  if(arg_BATCHED)
    list(JOIN arg_BATCHED ", " batched)
    list(APPEND sections "batched: ${batched}")
  endif()
  list(JOIN sections "; " sections)
  set(all "")
  foreach(operation IN LISTS arg_OPERATIONS)
    if(sections AND NOT operation MATCHES "@")
      string(APPEND operation " @ ${sections}")
    endif()
    string(REPLACE ";" "\\;" operation "${operation}")
    list(APPEND all "${operation}")
  endforeach()
  set(${out} "${all}" PARENT_SCOPE)
endfunction()

# The program that traces the model and writes the library.
function(_genfuse_add_generator target directory)
  _genfuse_operations(operations)
  _genfuse_strings(operations operations)
  _genfuse_strings(targets arg_TARGETS)
  _genfuse_strings(levels arg_CPU_LEVELS)
  list(JOIN arg_CUDA_ARCHITECTURES ", " architectures)
  foreach(flag SHARED CHECKED)
    string(TOLOWER ${flag} name)
    set(${name} false)
    if(arg_${flag})
      set(${name} true)
    endif()
  endforeach()
  set(kind CPP)
  if(source MATCHES "\\.mlir$")
    set(kind TEXT)
  endif()
  set(open "")
  set(close "")
  set(function ${arg_MODEL})
  if(arg_MODEL MATCHES "^(.*)::([^:]*)$")
    set(open "namespace ${CMAKE_MATCH_1} {\n")
    set(close "\n}")
    set(function ${CMAKE_MATCH_2})
  endif()
  configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/generator.cpp.in" ${directory}/generator.cpp @ONLY)
  add_executable(${target}_generator EXCLUDE_FROM_ALL ${directory}/generator.cpp)
  target_link_libraries(${target}_generator PRIVATE genfuse::compiler)
  target_compile_features(${target}_generator PRIVATE cxx_std_20)
  # Lines in messages and in the library are those of `model.cpp`, wherever it lies. Nothing declares its function.
  target_compile_options(${target}_generator PRIVATE "-fmacro-prefix-map=${CMAKE_CURRENT_SOURCE_DIR}/="
                         -Wno-missing-declarations)
endfunction()

function(genfuse_add_model target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SHARED;CHECKED" "SOURCE;MODEL;REAL;MAPPING;NAME;GEMM_SIZE"
                        "OPERATIONS;TARGETS;CPU_LEVELS;CUDA_ARCHITECTURES;BATCHED")
  if(NOT arg_NAME)
    set(arg_NAME ${target})
  endif()
  if(NOT arg_REAL)
    set(arg_REAL f32)
  endif()
  if(NOT arg_TARGETS)
    set(arg_TARGETS cpu)
  endif()
  if(NOT arg_CUDA_ARCHITECTURES)
    set(arg_CUDA_ARCHITECTURES 80 90 100)
  endif()
  if(NOT arg_GEMM_SIZE)
    set(arg_GEMM_SIZE 0)
  endif()
  if(NOT arg_CPU_LEVELS)
    set(arg_CPU_LEVELS x86-64-v3 x86-64-v4)
  endif()
  get_filename_component(source "${arg_SOURCE}" ABSOLUTE)
  _genfuse_check_model_arguments(${target})

  set(directory ${CMAKE_CURRENT_BINARY_DIR}/genfuse/${target})
  _genfuse_add_generator(${target} ${directory})
  set(library ${directory}/lib/lib${arg_NAME}.a)
  if(arg_SHARED)
    set(library ${directory}/lib/lib${arg_NAME}.so)
  endif()
  set(files ${library} ${directory}/include/${arg_NAME}.h ${directory}/include/${arg_NAME}.hpp
            ${directory}/${arg_NAME}.json)
  if(arg_GEMM_SIZE GREATER 0)
    list(APPEND files ${directory}/lib/libgenfuse_gemm.so)
  endif()
  add_custom_command(
    OUTPUT ${files}
    COMMAND ${target}_generator ${directory}
    DEPENDS ${target}_generator ${source}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Compiling the model of ${arg_SOURCE} for ${target}"
    VERBATIM)
  add_custom_target(${target}_files DEPENDS ${files})

  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_files)
  target_include_directories(${target} SYSTEM INTERFACE ${directory}/include)
  target_link_libraries(${target} INTERFACE ${library})
  if(arg_GEMM_SIZE GREATER 0)
    target_link_libraries(${target} INTERFACE ${directory}/lib/libgenfuse_gemm.so)
  endif()
  if("cuda" IN_LIST arg_TARGETS)
    target_link_libraries(${target} INTERFACE ${CMAKE_DL_LIBS}) # the driver is opened at run time
  endif()
  set_target_properties(${target} PROPERTIES GENFUSE_DIRECTORY ${directory})
endfunction()
