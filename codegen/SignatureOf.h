// The signature of a derived function, from the attributes of its arguments and results.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/Signature.h"

namespace genfuse {

/// Arrays in ABI order: arguments that are arrays, then results. Before the stage
/// `batched` it is that of one instance.
Signature signatureOf(mlir::func::FuncOp function);

} // namespace genfuse
