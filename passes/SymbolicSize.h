// Sizes as affine expressions of the sizes of a model's arguments, so that a caller can allocate before a call.
#pragma once

#include "mlir/IR/Value.h"
#include "mlir/Support/LLVM.h"
#include <string>

namespace genfuse {

/// The index value as text such as `4`, `xs.0` (dimension 0 of argument `xs`) or `xs.0 + 2 * y.1 - 1`. Fails with a
/// diagnostic at `user` if the value is not affine in sizes of arguments.
mlir::FailureOr<std::string> symbolicSize(mlir::Value index, mlir::Operation *user);

/// The sizes of `value`, which is a scalar (no sizes) or a tensor.
mlir::FailureOr<llvm::SmallVector<std::string>> symbolicShape(mlir::Value value, mlir::Operation *user);

/// The name of argument `i` of a function: its `gen.name`, or `arg<i>`.
std::string argumentName(mlir::BlockArgument argument);

} // namespace genfuse
