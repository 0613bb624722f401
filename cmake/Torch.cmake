# LibTorch for the tree: that of scripts/setup.sh unless GENFUSE_TORCH_ROOT names another.
file(GLOB _genfuse_torch_guess ${PROJECT_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/torch)
if(NOT GENFUSE_TORCH_ROOT) # an empty one stays in the cache of a tree that was configured before the set-up
  set(GENFUSE_TORCH_ROOT "${_genfuse_torch_guess}" CACHE PATH "the torch/ folder of LibTorch's wheel" FORCE)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/package/LibTorch.cmake)
if(GENFUSE_TORCH_PROBLEM)
  message(FATAL_ERROR "${GENFUSE_TORCH_PROBLEM}, run scripts/setup.sh, or configure with -DGENFUSE_WITH_TORCH=OFF")
endif()
