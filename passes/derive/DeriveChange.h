// Derivation of the operations that start from a trace: update, regenerate, project.
#pragma once

#include "passes/derive/Derivation.h"

namespace genfuse {

/// The function of such a request. Its inputs are the arguments and choices of the trace (`argument`,
/// `choice`), changed arguments (`new_argument`), new values (`constraint`, named by the request's patterns)
/// and lists of elements (`elements`); its results the weight, the change of the score, what is drawn
/// (`drawn`, named by patterns) and the return value if it may differ. `model` has its calls inlined.
mlir::FailureOr<mlir::func::FuncOp> deriveChange(gen::FuncOp model, const Request &request,
                                                 std::vector<Choice> choices);

} // namespace genfuse
