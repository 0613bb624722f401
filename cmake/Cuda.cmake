# Where CUDA's toolkit is: GENFUSE_CUDA_ROOT, a folder with include/cuda.h. It is needed to build the launch layer
# and, at run time, to compile CUDA text; nothing links a library of it. Wheels (scripts/setup.sh) serve as well.

set(GENFUSE_HAS_CUDA OFF)
if(GENFUSE_WITH_CUDA)
  file(GLOB _genfuse_cuda_guess ${PROJECT_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/nvidia/cu13)
  find_program(_genfuse_nvcc nvcc PATHS /usr/local/cuda/bin NO_CACHE)
  if(_genfuse_nvcc)
    get_filename_component(_genfuse_nvcc ${_genfuse_nvcc} REALPATH)
    get_filename_component(_genfuse_nvcc ${_genfuse_nvcc}/../.. ABSOLUTE)
  endif()
  find_path(GENFUSE_CUDA_ROOT include/cuda.h PATHS ENV CUDA_HOME ENV CUDA_PATH ${_genfuse_nvcc} ${_genfuse_cuda_guess}
            /usr/local/cuda DOC "folder of CUDA's toolkit, with include/cuda.h" NO_DEFAULT_PATH)
  if(GENFUSE_CUDA_ROOT)
    file(STRINGS ${GENFUSE_CUDA_ROOT}/include/cuda.h _genfuse_cuda_version REGEX "^#define CUDA_VERSION [0-9]+$")
    string(REGEX REPLACE "[^0-9]" "" _genfuse_cuda_version "${_genfuse_cuda_version}")
    if(_genfuse_cuda_version LESS 13000)
      message(FATAL_ERROR "expected CUDA 13 or newer at '${GENFUSE_CUDA_ROOT}', got ${_genfuse_cuda_version}: set "
                          "GENFUSE_CUDA_ROOT, or configure with -DGENFUSE_WITH_CUDA=OFF")
    endif()
    set(GENFUSE_HAS_CUDA ON)
  else()
    message(WARNING "no include/cuda.h of CUDA 13 was found, so CUDA entries will say that they are not available: "
                    "run scripts/setup.sh, set GENFUSE_CUDA_ROOT, or configure with -DGENFUSE_WITH_CUDA=OFF")
  endif()
endif()
