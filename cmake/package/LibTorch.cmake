# LibTorch 2.11 as the target genfuse::libtorch, from GENFUSE_TORCH_ROOT, or from CMAKE_PREFIX_PATH or Torch_DIR as
# they are set for LibTorch's own package, which is not used: it enables CUDA and forces torch_cuda into every program.
# Where there is none, GENFUSE_TORCH_PROBLEM says why.

set(GENFUSE_TORCH_ROOT "" CACHE PATH "the torch/ folder of LibTorch's wheel, or an unpacked LibTorch")
set(GENFUSE_TORCH_PROBLEM "")
if(NOT GENFUSE_TORCH_ROOT)
  find_path(_genfuse_torch_include torch/headeronly/version.h NO_CACHE
            HINTS "${Torch_DIR}/../../../include" ${CMAKE_PREFIX_PATH} PATH_SUFFIXES include torch/include ../../include)
  if(_genfuse_torch_include)
    get_filename_component(GENFUSE_TORCH_ROOT "${_genfuse_torch_include}" DIRECTORY)
  endif()
endif()

set(_genfuse_torch_version_file "${GENFUSE_TORCH_ROOT}/include/torch/headeronly/version.h")
if(EXISTS "${_genfuse_torch_version_file}")
  file(STRINGS "${_genfuse_torch_version_file}" _genfuse_torch_version REGEX "define TORCH_VERSION_(MAJOR|MINOR) ")
  string(REGEX REPLACE "[^0-9;]" "" _genfuse_torch_version "${_genfuse_torch_version}")
  string(REPLACE ";" "." _genfuse_torch_version "${_genfuse_torch_version}")
  if(NOT _genfuse_torch_version STREQUAL "2.11")
    set(GENFUSE_TORCH_PROBLEM "expected LibTorch 2.11 at '${GENFUSE_TORCH_ROOT}', got ${_genfuse_torch_version}")
  endif()
else()
  set(GENFUSE_TORCH_PROBLEM "LibTorch is not at '${GENFUSE_TORCH_ROOT}': set GENFUSE_TORCH_ROOT")
endif()

if(NOT GENFUSE_TORCH_PROBLEM AND NOT TARGET genfuse::libtorch)
  foreach(_genfuse_library c10 torch_cpu)
    add_library(genfuse::lib${_genfuse_library} SHARED IMPORTED)
    set_target_properties(genfuse::lib${_genfuse_library} PROPERTIES IMPORTED_LOCATION
                          "${GENFUSE_TORCH_ROOT}/lib/lib${_genfuse_library}.so")
  endforeach()
  add_library(genfuse::libtorch INTERFACE IMPORTED)
  target_include_directories(genfuse::libtorch SYSTEM INTERFACE
    "${GENFUSE_TORCH_ROOT}/include" "${GENFUSE_TORCH_ROOT}/include/torch/csrc/api/include")
  target_link_libraries(genfuse::libtorch INTERFACE genfuse::libtorch_cpu genfuse::libc10)
  # The wheel finds the CUDA runtime through its own rpath or the toolkit's folder on the loader's path.
  target_link_options(genfuse::libtorch INTERFACE -Wl,--allow-shlib-undefined)
endif()
