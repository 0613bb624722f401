// LLVM's passes for kernels.
#pragma once

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace genfuse {

/// Level 0: what is marked always_inline is inlined. 1 and 2: one round of simplifications, made for kernels,
/// whose code is simplified and in vectors before LLVM sees it. 3: LLVM's own O3, which takes twice as long.
void optimise(llvm::Module &module, unsigned level, llvm::TargetMachine &machine);

} // namespace genfuse
