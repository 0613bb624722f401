# Compilers of CUDA text: no MLIR. Part of whatever holds the rooms.
if(GENFUSE_HAS_CUDA AND EXISTS ${GENFUSE_CUDA_ROOT}/include/nvrtc.h)
  add_library(genfuse_cuda_compile STATIC ${CMAKE_CURRENT_LIST_DIR}/Nvrtc.cpp)
  target_include_directories(genfuse_cuda_compile SYSTEM PRIVATE ${GENFUSE_CUDA_ROOT}/include)
  target_compile_definitions(genfuse_cuda_compile PRIVATE GENFUSE_CUDA_ROOT="${GENFUSE_CUDA_ROOT}")
else()
  add_library(genfuse_cuda_compile STATIC ${CMAKE_CURRENT_LIST_DIR}/NvrtcMissing.cpp)
endif()
target_sources(genfuse_cuda_compile PRIVATE ${CMAKE_CURRENT_LIST_DIR}/FatBinary.cpp ${CMAKE_CURRENT_LIST_DIR}/PtxasLog.cpp
               ${CMAKE_CURRENT_LIST_DIR}/Toolkit.cpp)
target_include_directories(genfuse_cuda_compile PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(genfuse_cuda_compile PUBLIC genfuse_cuda_header genfuse_runtime PRIVATE ${CMAKE_DL_LIBS})
target_link_libraries(genfuse_rooms INTERFACE genfuse_cuda_compile)
