#include "codegen/cuda/Accesses.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace genfuse::cuda {

Value accessedMemory(Operation *op) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<memref::LoadOp, memref::StoreOp>([](auto access) { return access.getMemRef(); })
      .Case<vector::LoadOp, vector::StoreOp, vector::MaskedLoadOp, vector::MaskedStoreOp, vector::GatherOp,
            vector::ScatterOp>([](auto access) { return access.getBase(); })
      .Case<LLVM::LoadOp, LLVM::StoreOp>([](auto access) { return access.getAddr(); })
      .Case([](LLVM::AtomicRMWOp atomic) { return atomic.getPtr(); })
      .Default([](Operation *) { return Value(); });
}

bool isUniformStore(Operation *op) { return isa<memref::StoreOp, LLVM::StoreOp, LLVM::AtomicRMWOp>(op); }

bool isStore(Operation *op) {
  return isUniformStore(op) || isa<vector::StoreOp, vector::MaskedStoreOp, vector::ScatterOp>(op);
}

Value baseOf(Value memory) {
  while (Operation *op = memory.getDefiningOp()) {
    assert((isa<func::CallOp, LLVM::GEPOp>(op)) && "memory comes from arguments");
    memory = op->getOperand(0);
  }
  return memory;
}

} // namespace genfuse::cuda
