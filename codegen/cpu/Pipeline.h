// From the lowered level to the LLVM dialect.
#pragma once

#include "codegen/cpu/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

namespace genfuse {

/// Adds what the back end needs beyond loaded dialects: interfaces for inlining and for translation.
void registerCpuBackend(mlir::DialectRegistry &registry);

/// Registers the pass gen-math-to-device and the pipeline gen-cpu-to-llvm, each with the option `target`, for
/// genfuse-opt. Call registerCpuBackend on its dialects too.
void registerCpuPasses();

/// Appends the passes that take a lowered module to the LLVM dialect. Private functions with `llvm.noalias`
/// arguments are left for LLVM to inline: it alone keeps that knowledge, and the pointers of the ABI have
/// none.
void buildCpuPipeline(mlir::OpPassManager &passes, const CpuTarget &target);

/// Runs them. Errors are diagnostics of the module's context.
mlir::LogicalResult lowerToLLVMDialect(mlir::ModuleOp module, const CpuTarget &target);

} // namespace genfuse
