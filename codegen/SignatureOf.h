// The signature of a derived function, from the attributes of its arguments and results.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Pipelines.h"
#include "runtime/Signature.h"

namespace genfuse {

/// Arrays in ABI order: arguments that are arrays, then results. Before the stage
/// `batched` it is that of one instance.
Signature signatureOf(mlir::func::FuncOp function);

/// Gives the reals of such a signature, which are abstract before the stage `batched`, their type.
void setReal(Signature &signature, Precision real);

} // namespace genfuse
