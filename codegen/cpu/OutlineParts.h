// gen-outline-parts: loops over parts become calls of the call's executor.
#pragma once

#include "mlir/Pass/Pass.h"
#include <memory>

namespace genfuse {

/// Each scf.parallel of a kernel becomes
///   K_part(values of the kernel that a part uses..., part)       the body of the loop
///   K_run(closure, part)                                         loads these values and calls K_part
/// and in its place K_part is called where there is one part. Where there are more a closure on the stack is
/// filled, and K_run given to the executor of the gf_call (the argument marked gen.call), or called for one
/// part after the other where there is none.
std::unique_ptr<mlir::Pass> createOutlinePartsPass();

} // namespace genfuse
