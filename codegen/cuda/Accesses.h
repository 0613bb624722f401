// What operations of the lowered level do to memory.
#pragma once

#include "mlir/IR/Operation.h"

namespace genfuse::cuda {

/// The memref or pointer that an operation reads or writes; null: none.
mlir::Value accessedMemory(mlir::Operation *op);

bool isStore(mlir::Operation *op);

/// A store of one scalar, the same in all threads of a group.
bool isUniformStore(mlir::Operation *op);

/// The function's argument that memory belongs to, seen through the functions that make memrefs and through
/// address arithmetic.
mlir::Value baseOf(mlir::Value memory);

} // namespace genfuse::cuda
