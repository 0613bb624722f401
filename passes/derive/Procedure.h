// Derivation of `run()`: a procedure as one function.
#pragma once

#include "ir/Gen.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Request.h"

namespace genfuse {

/// Adds to the module of `procedure` the function that runs it for one instance, named `<procedure>_run`.
/// Applied operations are derived and inlined, plates are sweeps, random choices are draws whose numbers
/// depend on the seed, the instance, the site and the indices of the loops and plates around it. Its
/// arguments are those of the procedure and what draws need. Fails with a diagnostic at the user's op.
mlir::FailureOr<mlir::func::FuncOp> deriveProcedure(gen::ProcedureOp procedure, const Request &request);

} // namespace genfuse
