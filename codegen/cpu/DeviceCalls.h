// Calls of the device library on vectors of any length, made of calls on registers.
#pragma once

#include "codegen/cpu/Target.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/SymbolTable.h"

namespace genfuse {

/// Writes calls of device functions, and declares the functions on the way.
class DeviceCalls {
public:
  DeviceCalls(mlir::ModuleOp module, const CpuTarget &target) : symbols(module), target(target) {}

  /// Calls `base` (gf_exp_f32, say) for operands of which all vectors have one length; scalars beside vectors
  /// go to every piece unchanged. Whole registers use the lanes' export, a rest is padded to one with copies
  /// of its last lane. Null, after an error at `op`, where there is no such function.
  mlir::Value call(mlir::Operation *op, llvm::StringRef base, mlir::ValueRange operands, mlir::Type result);

private:
  mlir::Value callScalar(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name,
                         mlir::ValueRange operands, mlir::Type result);
  mlir::Value callFlat(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef base, int64_t lanes,
                       mlir::ValueRange operands, mlir::VectorType result);
  /// A function that calls this one and is never inlined: a draw is much code, of which one copy is enough
  /// where no loop waits for it.
  mlir::func::FuncOp apart(mlir::func::FuncOp function);

  mlir::SymbolTable symbols;
  const CpuTarget &target;
};

} // namespace genfuse
