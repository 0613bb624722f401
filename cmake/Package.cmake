# What `cmake --install` puts where (docs/embedding.md). Components: runtime, compiler, and torch where it is built.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# <genfuse/runtime/Array.h> is a header's name in the package; here it is a link to the sources.
set(GENFUSE_INCLUDE_DIR ${PROJECT_BINARY_DIR}/include)
file(MAKE_DIRECTORY ${GENFUSE_INCLUDE_DIR}/genfuse)
foreach(folder runtime ir passes codegen frontend third_party)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${GENFUSE_INCLUDE_DIR}/genfuse/${folder} SYMBOLIC)
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/runtime/abi.h)
file(STRINGS ${PROJECT_SOURCE_DIR}/runtime/abi.h abi REGEX "^#define GF_ABI_VERSION [0-9]+u$")
string(REGEX MATCH "[0-9]+" GENFUSE_ABI_VERSION "${abi}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/package/version.h.in ${GENFUSE_INCLUDE_DIR}/genfuse/version.h @ONLY)

# Public headers; what they include is installed with them.
set(GENFUSE_RUNTIME_HEADERS runtime/abi.h runtime/Array.h runtime/Call.h runtime/CallPool.h runtime/ChoiceMap.h
  runtime/DLPack.h runtime/Error.h runtime/Executor.h runtime/Selection.h runtime/embed/Library.h)
set(GENFUSE_COMPILER_HEADERS frontend/genfuse.h codegen/Program.h codegen/Trace.h codegen/aot/Library.h
  codegen/inspect/Drawing.h codegen/inspect/Stats.h)
set(GENFUSE_TORCH_HEADERS runtime/torch/Interop.h runtime/torch/LogDensity.h runtime/torch/ModelParameters.h)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/genfuse)

# Installs the headers of a component, other than those that come with the components that it needs.
function(genfuse_install_headers component headers elsewhere)
  install(CODE "
    set(component ${component})
    set(headers \"${headers}\")
    set(elsewhere \"${elsewhere}\")
    set(source \"${PROJECT_SOURCE_DIR}\")
    set(staging \"${PROJECT_BINARY_DIR}/package/${component}\")
    set(destination \"${CMAKE_INSTALL_INCLUDEDIR}/genfuse\")
    include(\"${PROJECT_SOURCE_DIR}/cmake/InstallHeaders.cmake\")" COMPONENT ${component})
endfunction()

# Installs a library with a config file of its own, so that a component may be absent.
function(genfuse_install_library component target)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${component})
  install(TARGETS ${target} EXPORT genfuse-${component}
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component} NAMELINK_COMPONENT ${component}
          INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT genfuse-${component} NAMESPACE genfuse:: DESTINATION ${package_dir} COMPONENT ${component})
endfunction()

function(genfuse_install_runtime)
  genfuse_install_library(runtime genfuse_runtime)
  genfuse_install_headers(runtime "${GENFUSE_RUNTIME_HEADERS}" "")
  install(FILES ${GENFUSE_INCLUDE_DIR}/genfuse/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/genfuse
          COMPONENT runtime)
  install(FILES ${PROJECT_SOURCE_DIR}/third_party/dlpack/LICENSE COMPONENT runtime
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/genfuse/third_party/dlpack)

  get_target_property(configuration MLIR IMPORTED_CONFIGURATIONS)
  get_target_property(GENFUSE_MLIR_SONAME MLIR IMPORTED_SONAME_${configuration})
  set(GENFUSE_MLIR_DIR ${LLVM_LIBRARY_DIR})
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/package/genfuseConfig.cmake.in
    ${PROJECT_BINARY_DIR}/package/genfuseConfig.cmake INSTALL_DESTINATION ${package_dir}
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/genfuseConfigVersion.cmake
                                   COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/package/genfuseConfig.cmake
                ${PROJECT_BINARY_DIR}/package/genfuseConfigVersion.cmake DESTINATION ${package_dir} COMPONENT runtime)

  file(RELATIVE_PATH pkgconfig_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/package/genfuse-runtime.pc.in
                 ${PROJECT_BINARY_DIR}/package/genfuse-runtime.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/genfuse-runtime.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
          COMPONENT runtime)
endfunction()

function(genfuse_install_compiler)
  # Debian keeps libMLIR outside the loader's folders.
  file(RELATIVE_PATH to_libraries /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${CMAKE_INSTALL_LIBDIR})
  set_target_properties(genfuse_compiler PROPERTIES INSTALL_RPATH "$ORIGIN;${LLVM_LIBRARY_DIR}"
                        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  set_target_properties(genfuse genfuse-opt PROPERTIES
                        INSTALL_RPATH "$ORIGIN/${to_libraries};${LLVM_LIBRARY_DIR}")
  set_target_properties(genfuse_gemm PROPERTIES EXPORT_NAME gemm)
  install(TARGETS genfuse_gemm EXPORT genfuse-compiler LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT compiler)
  install(FILES runtime/gemm/LICENSE.BLIS RENAME libgenfuse_gemm.LICENSE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          COMPONENT compiler)
  genfuse_install_library(compiler genfuse_compiler)
  genfuse_install_headers(compiler "${GENFUSE_COMPILER_HEADERS}" "${GENFUSE_RUNTIME_HEADERS}")
  install(TARGETS genfuse genfuse-opt RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT compiler)
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/package/AddModel.cmake ${PROJECT_SOURCE_DIR}/cmake/package/generator.cpp.in
          DESTINATION ${package_dir} COMPONENT compiler)
endfunction()

function(genfuse_install_torch)
  genfuse_install_library(torch genfuse_torch)
  genfuse_install_headers(torch "${GENFUSE_TORCH_HEADERS}" "${GENFUSE_RUNTIME_HEADERS}")
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/package/LibTorch.cmake DESTINATION ${package_dir} COMPONENT torch)
endfunction()

# After all targets are there. They have the package's names in the tree too.
macro(genfuse_install)
  genfuse_install_runtime()
  genfuse_install_compiler()
  add_library(genfuse::runtime ALIAS genfuse_runtime)
  add_library(genfuse::compiler ALIAS genfuse_compiler)
  if(TARGET genfuse_torch)
    genfuse_install_torch()
    add_library(genfuse::torch ALIAS genfuse_torch)
  endif()
  include(${PROJECT_SOURCE_DIR}/cmake/package/AddModel.cmake)
endmacro()
