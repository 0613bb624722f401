# LibTorch as two imported libraries; find_package(Torch) would enable CUDA and force torch_cuda into every program.

file(GLOB _genfuse_torch_guess ${PROJECT_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/torch)
if(NOT GENFUSE_TORCH_ROOT) # an empty one stays in the cache of a tree that was configured before the set-up
  set(GENFUSE_TORCH_ROOT "${_genfuse_torch_guess}" CACHE PATH "the torch/ folder of LibTorch's wheel" FORCE)
endif()
if(NOT EXISTS ${GENFUSE_TORCH_ROOT}/include/torch/headeronly/version.h)
  message(FATAL_ERROR "LibTorch is not at '${GENFUSE_TORCH_ROOT}': run scripts/setup.sh, set GENFUSE_TORCH_ROOT, or "
                      "configure with -DGENFUSE_WITH_TORCH=OFF")
endif()
file(STRINGS ${GENFUSE_TORCH_ROOT}/include/torch/headeronly/version.h _genfuse_torch_version
     REGEX "define TORCH_VERSION_(MAJOR|MINOR) ")
string(REGEX REPLACE "[^0-9;]" "" _genfuse_torch_version "${_genfuse_torch_version}")
if(NOT _genfuse_torch_version STREQUAL "2;11")
  message(FATAL_ERROR "expected LibTorch 2.11 at '${GENFUSE_TORCH_ROOT}', got ${_genfuse_torch_version}")
endif()

foreach(library c10 torch_cpu)
  add_library(genfuse_${library} SHARED IMPORTED)
  set_target_properties(genfuse_${library} PROPERTIES IMPORTED_LOCATION ${GENFUSE_TORCH_ROOT}/lib/lib${library}.so)
endforeach()
add_library(genfuse_torch_libraries INTERFACE)
target_include_directories(genfuse_torch_libraries SYSTEM INTERFACE
  ${GENFUSE_TORCH_ROOT}/include ${GENFUSE_TORCH_ROOT}/include/torch/csrc/api/include)
target_link_libraries(genfuse_torch_libraries INTERFACE genfuse_torch_cpu genfuse_c10)
# The wheel finds the CUDA runtime through its own rpath or the toolkit's folder on the loader's path.
target_link_options(genfuse_torch_libraries INTERFACE -Wl,--allow-shlib-undefined)
add_library(genfuse::torch ALIAS genfuse_torch_libraries)
