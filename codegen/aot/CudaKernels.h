// The device code of a library: the kernels of all its operations in one image.
#pragma once

#include "codegen/aot/Library.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace genfuse::aot {

/// Throws genfuse::Error with what is missing where no fat binary can be made on this machine.
void expectToolkit(const LibraryOptions &options);

class CudaKernels {
public:
  /// Adds the kernels of an operation whose symbol is `symbol`, and gives its host code: `lowered` comes from
  /// gen-lower with `threads` and has the entry `entry`. Throws genfuse::Error, which names the operation.
  mlir::OwningOpRef<mlir::ModuleOp> add(const Operation &operation, const std::string &symbol,
                                        mlir::ModuleOp lowered, const std::string &entry);

  /// The bytes of the image. Throws genfuse::Error.
  std::string image(const LibraryOptions &options) const;

  /// Names of the kernels of each operation, in the order in which they are launched.
  std::vector<std::vector<std::string>> names;

private:
  std::string text;
};

} // namespace genfuse::aot
