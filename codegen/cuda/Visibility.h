// When the threads of a group have to wait for each other: between a write and a read of one place by
// another thread, and the reverse.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace genfuse::cuda {

/// What was written or read since the threads last waited. Only memory counts that the function both writes
/// and reads, or that single threads as well as all of them write; slices in which each thread has elements
/// of its own never do.
class Visibility {
public:
  explicit Visibility(mlir::func::FuncOp function);

  /// Whether threads see each other's writes to the memory of an argument. Such an argument must not be
  /// __restrict__: to the compiler that means that nobody else changes it, barriers or not.
  bool isTracked(mlir::Value memory) const;

  /// Whether the threads have to wait before the access; notes it.
  bool beforeLoad(mlir::Value memory);
  bool beforeStore(mlir::Value memory, bool uniform);
  /// Whether they have to wait where the blocks of a loop or branch begin, or where one ends.
  bool atStart(mlir::Operation *op);
  bool atEnd(mlir::Operation *op);

private:
  enum class Written { no, byOne, byAll };
  /// What the blocks of an operation do to tracked memory. Stores of the first thread are in order among
  /// themselves.
  enum class Inside { nothing, firstStores, other };
  Inside inside(mlir::Operation *op) const;

  llvm::SmallPtrSet<void *, 8> tracked; ///< arguments of the function
  Written written = Written::no;
  bool read = false;
};

} // namespace genfuse::cuda
