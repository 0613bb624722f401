// gen-share-bodies: loops that begin with the same code share it.
#pragma once

#include "mlir/Pass/Pass.h"
#include <memory>

namespace genfuse {

/// Where the bodies of scf.for loops of a function begin with the same operations, and these hold loops
/// themselves, so that a call is nothing against them, they become
///   K_shared(values from outside...) -> values that are used after them
/// which all these loops call: a chain that first runs without keeping anything is compiled once. Constants
/// may differ: then they are arguments.
std::unique_ptr<mlir::Pass> createShareBodiesPass();

} // namespace genfuse
