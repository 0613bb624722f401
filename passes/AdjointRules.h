// The derivative of each op of the closed set, apart from sweeps.
#pragma once

#include "passes/Adjoints.h"

namespace genfuse {

/// Adds the contributions of `op`, whose result has cotangent `g`, to its active operands. Fails with a
/// diagnostic at the user's line if the op has no rule.
mlir::LogicalResult propagate(mlir::Operation *op, Cotangent g, Emitter &emit, Adjoints &adjoints,
                              llvm::function_ref<bool(mlir::Value)> isActive);

} // namespace genfuse
