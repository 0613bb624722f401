// CUDA C++ of device functions.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <string>

namespace genfuse {

/// A kernel for CUDA: the text of its device functions, and the host module whose functions NAME_cuda and
/// NAME_cuda_workspace follow runtime/abi.h. The module declares gf_cuda_launch and the image, NAME_image.
struct CudaCode {
  std::string text;
  mlir::OwningOpRef<mlir::ModuleOp> host;
};

/// Of a module that gen-lower made with `threads`, with the entry `name`. Its kernels are KERNELS_1, ...:
/// what several modules put into one image needs names of its own. Empty: those of the entry. Throws
/// genfuse::Error.
CudaCode cudaCode(mlir::ModuleOp lowered, const std::string &name, const std::string &kernels = {});

/// What its host code calls to launch (runtime/cuda/launch.h).
extern const char *const launchSymbol;

/// The name of the symbol of its image.
inline std::string imageSymbol(const std::string &name) { return name + "_image"; }

/// One text with a kernel for each function of `device` (see splitLaunches), in order. It includes
/// genfuse_cuda.h (runtime/cuda) and nothing else. A vector of the group's width is a variable of each
/// thread; other scalars are the same in all threads of a group, of which the first one stores them. Throws
/// genfuse::Error where an operation has no CUDA text.
std::string cudaText(mlir::ModuleOp device);

} // namespace genfuse
