// From a lowered MLIR module to an optimised LLVM module with the device library inside.
#pragma once

#include "codegen/cpu/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include <memory>

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
} // namespace llvm

namespace genfuse {

/// Compiles a copy of `lowered` up to optimised LLVM IR for `machine`. Entry points are its public functions;
/// all else becomes internal, but for `imports`, which stay undefined. Throws genfuse::Error with the
/// diagnostics' text and places.
std::unique_ptr<llvm::Module> translateForCpu(mlir::ModuleOp lowered, const CpuTarget &target,
                                              unsigned optimisation, llvm::TargetMachine &machine,
                                              llvm::LLVMContext &context,
                                              llvm::ArrayRef<std::string> imports = {},
                                              CompilePhases *phases = nullptr);

} // namespace genfuse
