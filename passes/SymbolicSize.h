// Sizes as affine expressions of the sizes of a model's arguments, so that a caller can allocate before a
// call.
#pragma once

#include "mlir/IR/Value.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Support/LLVM.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace genfuse {

/// constant + sum of coefficient * (size of a dimension of an argument).
struct SizeExpression {
  int64_t constant = 0;
  std::map<std::pair<unsigned, unsigned>, int64_t> terms; ///< (argument, dimension) -> coefficient
  /// Further factors of the whole: a count of elements is a product of sizes.
  std::vector<SizeExpression> factors = {};

  SizeExpression plus(const SizeExpression &other, int64_t factor) const;
  /// Text such as `xs.0 - 1`, with the argument names of `function`.
  std::string text(mlir::FunctionOpInterface function) const;
};

/// The index value as an expression; none if it is not affine in sizes of arguments.
std::optional<SizeExpression> sizeExpression(mlir::Value index);

/// The size of a dimension of a tensor, likewise.
std::optional<SizeExpression> sizeOfDimension(mlir::Value tensor, unsigned dimension);

/// The operand and its dimension from which an einsum or an elementwise op has a dimension; null for others.
std::pair<mlir::Value, unsigned> operandOfDimension(mlir::Value tensor, unsigned dimension);

/// The same where it is known; otherwise a size that it does not exceed: a row of ragged data is not longer
/// than all of them.
std::optional<SizeExpression> boundOfDimension(mlir::Value tensor, unsigned dimension);

/// The index value as text such as `4`, `xs.0` (dimension 0 of argument `xs`) or `xs.0 + 2 * y.1 - 1`. Fails
/// with a diagnostic at `user` if the value is not affine in sizes of arguments.
mlir::FailureOr<std::string> symbolicSize(mlir::Value index, mlir::Operation *user);

/// The sizes of `value`, which is a scalar (no sizes) or a tensor.
mlir::FailureOr<llvm::SmallVector<std::string>> symbolicShape(mlir::Value value, mlir::Operation *user);

/// The name of argument `i` of a function: its `gen.name`, or `arg<i>`.
std::string argumentName(mlir::BlockArgument argument);

} // namespace genfuse
