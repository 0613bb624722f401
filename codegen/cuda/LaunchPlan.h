// Which operations of a kernel run in which launch, and what they need from outside.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVector.h"

namespace genfuse {

/// One function of the device: operations of the kernel's body, in its order.
struct Launch {
  llvm::SmallVector<mlir::Operation *> roots; ///< that write memory: one loop over parts, or other code
  llvm::SmallVector<mlir::Operation *> ops;   ///< the roots and what they are computed from
  llvm::SmallVector<mlir::Value> inputs;      ///< arguments of the kernel, words of the call, sizes, strides
  llvm::SmallVector<mlir::Value> kept;        ///< scalars that earlier launches left in cells
  llvm::SmallVector<mlir::Value> keeps;       ///< scalars that this one leaves there
  int64_t width = 1;                          ///< threads of a group
};

/// Operations without effect are repeated in each launch that needs them, loads included, as long as nothing
/// was written in between that they read. Scalars that cannot be had again are left in memory: the slice of
/// the workspace that is marked gen.cells.
class LaunchPlan {
public:
  explicit LaunchPlan(mlir::func::FuncOp kernel) : kernel(kernel) {}

  /// Fails, after a diagnostic, where the kernel has no cells and needs one.
  mlir::LogicalResult make();

  std::vector<Launch> launches;
  llvm::SmallVector<mlir::Operation *> words; ///< loads of sizes, strides and the call, with their addresses
  mlir::BlockArgument cells;
  llvm::DenseMap<mlir::Value, unsigned> cellOf;

private:
  bool isOfHost(mlir::BlockArgument argument);
  bool isWord(mlir::Operation *op);
  void hoistWords();
  bool writes(mlir::Operation *op);
  void group();
  mlir::LogicalResult complete(Launch &launch, unsigned number);
  bool canRepeat(mlir::Operation *op, unsigned launch);
  std::optional<unsigned> vectorFrom(mlir::Value value);
  unsigned sourceOf(mlir::Operation *op, unsigned number);
  mlir::LogicalResult need(mlir::Value value, Launch &launch, unsigned number);
  mlir::LogicalResult keep(mlir::Value value, Launch &launch, unsigned number);
  void findCells();

  mlir::func::FuncOp kernel;
  size_t room = 0;                                      ///< in the cells
  mlir::Operation *lastWord = nullptr;                  ///< that was moved to the start
  llvm::DenseMap<mlir::Operation *, unsigned> launchOf; ///< of roots
  llvm::SetVector<mlir::Operation *> needed;            ///< of the launch that is being completed
};

} // namespace genfuse
