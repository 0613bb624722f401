// A lowered kernel as launches: what runs on the device, and the host function that launches it.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"

namespace genfuse {

/// Attributes of a function of the device module: how many threads a group has (1, 32, or a block).
inline constexpr llvm::StringLiteral groupWidth = "gen.width";

/// Splits the kernels of `lowered` (gen-lower with `threads`), in place. Each loop over parts, and each run
/// of code between them that writes memory, becomes one function of the returned module, NAME_1, NAME_2, ...:
/// a loop over parts is shared out among groups of threads, other code runs in one group. Arguments that are
/// named (gen.name) keep their names; sizes, strides and words of the call become scalars. `names` takes the
/// place of NAME in the functions' names where it is not empty; `lowered` then has one kernel.
///
/// In `lowered` the entry NAME becomes NAME_cuda, and the kernel launches these functions in order, through
/// gf_cuda_launch (runtime/cuda/launch.h) and the image `imageSymbol`, which the module only declares. What
/// is not needed there any more is erased: the module compiles for a CPU.
///
/// Null, after a diagnostic, where something cannot be split.
mlir::OwningOpRef<mlir::ModuleOp> splitLaunches(mlir::ModuleOp lowered, llvm::StringRef imageSymbol,
                                                llvm::StringRef names = {});

} // namespace genfuse
