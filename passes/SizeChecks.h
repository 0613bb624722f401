// What a model takes for granted about the sizes of its arguments, to be checked when a kernel is called.
#pragma once

#include "ir/Gen.h"
#include <string>
#include <vector>

namespace genfuse {

/// Lines such as `xs.1 = w.0 | model.cpp:7:12`: operands of one elementwise op or einsum have equal sizes,
/// and a plate is no longer (`<=`) than what it is indexed by. Sizes that are equal by construction give
/// none. `function` is a model, or what a procedure was derived to.
std::vector<std::string> sizeChecks(mlir::FunctionOpInterface function);

/// Fails, with a diagnostic at a plate or loop, if it collects into tensors with a stated number of rows
/// although nobody knows before a call how often it runs: sizeChecks could not compare them.
mlir::LogicalResult verifyStacks(mlir::Operation *op, mlir::Value length);

/// `file:line:column` of the innermost place with a file, as in those lines.
std::string placeOf(mlir::Location loc);

} // namespace genfuse
