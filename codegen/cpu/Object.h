// A lowered module as an object file or as text.
#pragma once

#include "codegen/cpu/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace genfuse {

/// The bytes of a relocatable, position-independent object file whose entry points are the public functions
/// of `lowered`, which stays as it is. It needs nothing but memcpy and its like. Throws genfuse::Error.
std::string compileObject(mlir::ModuleOp lowered, const CpuOptions &options = {});

/// The object file of a module as it is; errors that LLVM reports are the context's.
std::string emitObject(llvm::Module &module, llvm::TargetMachine &machine);

/// Optimised LLVM IR, device library included, as text.
std::string printLLVM(mlir::ModuleOp lowered, const CpuOptions &options = {});

/// The assembly text of the object file.
std::string printAssembly(mlir::ModuleOp lowered, const CpuOptions &options = {});

} // namespace genfuse
