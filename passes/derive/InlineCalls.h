// Replaces every gen.call in a model by its callee's body.
#pragma once

#include "ir/Gen.h"

namespace genfuse {

/// Inlines all calls below `model`, prefixing addresses with the call's and parameters with their function's
/// name, which also is done for the model's own parameters: a parameter's identity is `function/name`.
mlir::LogicalResult inlineCalls(gen::FuncOp model);

} // namespace genfuse
