// Where the values of a model go: the random choices and the return value that are computed from them.
#pragma once

#include "ir/Gen.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace genfuse::inspect {

/// The choices (`gen.sample`) and the return (`gen.return`) that a value reaches through deterministic code.
class Sinks {
public:
  using Set = llvm::SmallDenseSet<mlir::Operation *, 4>;

  const Set &of(mlir::Value value);

  /// Whether the value's uses lead to different places: it is worth a node of its own.
  bool forksAt(mlir::Value value);

private:
  Set through(mlir::OpOperand &use);
  llvm::DenseMap<mlir::Value, Set> known;
};

} // namespace genfuse::inspect
