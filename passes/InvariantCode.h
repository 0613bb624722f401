// Loop-invariant code motion for sweeps.
#pragma once

#include "ir/Gen.h"

namespace genfuse {

/// Moves ops that do not depend on the iteration out of a sweep. Reads of tensors stay: an empty sweep reads
/// nothing, and their indices are only good for its iterations.
void hoistInvariantCode(gen::SweepOp sweep);

} // namespace genfuse
