// Loop-invariant code motion for sweeps and loops.
#pragma once

#include "ir/Gen.h"

namespace genfuse {

/// Moves ops that do not depend on the iteration out of a sweep or loop. Reads of tensors stay: an empty one
/// reads nothing, and their indices are only good for its iterations.
void hoistInvariantCode(mlir::LoopLikeOpInterface loop);

/// Moves checks that do not depend on the instance out of the sweep over instances, with the sweeps that do
/// nothing else: they would fail for every instance.
void hoistInvariantChecks(gen::SweepOp sweep);

} // namespace genfuse
