# LLVM and MLIR: one shared library each, one precompiled header for every room that sees MLIR.

find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddMLIR)
set(GENFUSE_GENERATED_DIR ${PROJECT_BINARY_DIR}/generated)

add_library(genfuse_mlir_flags INTERFACE)
target_include_directories(genfuse_mlir_flags SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS})
target_include_directories(genfuse_mlir_flags INTERFACE ${PROJECT_SOURCE_DIR} ${GENFUSE_GENERATED_DIR})
target_compile_definitions(genfuse_mlir_flags INTERFACE _GNU_SOURCE __STDC_CONSTANT_MACROS
                                                        __STDC_FORMAT_MACROS __STDC_LIMIT_MACROS)

# genfuse_tablegen(ir GenOps.td GenOps.h.inc -gen-op-decls): generated/genfuse/ir/GenOps.h.inc
function(genfuse_tablegen folder td out)
  set(LLVM_TARGET_DEFINITIONS ${PROJECT_SOURCE_DIR}/${folder}/${td})
  file(MAKE_DIRECTORY ${GENFUSE_GENERATED_DIR}/genfuse/${folder})
  set(path ${GENFUSE_GENERATED_DIR}/genfuse/${folder}/${out})
  file(RELATIVE_PATH ofn ${CMAKE_CURRENT_BINARY_DIR} ${path})
  mlir_tablegen(${ofn} ${ARGN} EXTRA_INCLUDES ${PROJECT_SOURCE_DIR} ${MLIR_INCLUDE_DIRS})
  set_property(GLOBAL APPEND PROPERTY GENFUSE_TABLEGEN ${path})
  add_custom_target(genfuse_tablegen_${folder}_${out} DEPENDS ${path})
  set_property(GLOBAL APPEND PROPERTY GENFUSE_TABLEGEN_TARGETS genfuse_tablegen_${folder}_${out})
endfunction()

# Rooms depend on this target from the start; the tables join it once all are known.
add_custom_target(genfuse_tablegen)
function(genfuse_finish_tablegen)
  get_property(all GLOBAL PROPERTY GENFUSE_TABLEGEN_TARGETS)
  add_dependencies(genfuse_tablegen ${all})
endfunction()

add_library(genfuse_pch OBJECT ${PROJECT_SOURCE_DIR}/ir/pch.cpp)
target_link_libraries(genfuse_pch PUBLIC genfuse_mlir_flags)
target_precompile_headers(genfuse_pch PRIVATE <ir/mlir_pch.h>)

# An object library that sees MLIR; `genfuse_rooms` collects them all.
add_library(genfuse_rooms INTERFACE)
target_link_libraries(genfuse_rooms INTERFACE $<TARGET_OBJECTS:genfuse_pch>)
function(genfuse_room name)
  add_library(${name} OBJECT ${ARGN})
  target_link_libraries(${name} PUBLIC genfuse_mlir_flags)
  target_precompile_headers(${name} REUSE_FROM genfuse_pch)
  add_dependencies(${name} genfuse_tablegen)
  target_link_libraries(genfuse_rooms INTERFACE $<TARGET_OBJECTS:${name}>)
endfunction()

# A program (tool or test) whose own sources see MLIR: it holds the rooms' objects itself, because the
# compiler library exports only the public interface.
function(genfuse_mlir_executable name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE genfuse_mlir_flags genfuse_rooms genfuse_runtime MLIR LLVM)
  target_compile_options(${name} PRIVATE -fPIC)
  target_precompile_headers(${name} REUSE_FROM genfuse_pch)
  add_dependencies(${name} genfuse_tablegen)
endfunction()
