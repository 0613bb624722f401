// Models within the trace of another one. Shows MLIR; the public headers do not include it.
#pragma once

#include "frontend/Trace.h"

namespace genfuse::detail {

/// The IR type of a traced variable; sizes are not known.
mlir::Type typeOf(Kind kind, mlir::Builder &builder);

/// Copies a model's functions into the trace, unless it has them already; callees stand before their callers.
/// Throws Error if the trace has another model of that name.
void import(Here &here, const Model &model);

} // namespace genfuse::detail
