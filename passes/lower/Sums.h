// The sums of a sweep while its loops are emitted.
#pragma once

#include "passes/lower/Lowerer.h"

namespace genfuse::lower {

/// One sum of a sweep. Scalars and small tensors are carried by the loops; others lie in memory.
struct Lowerer::Sum {
  unsigned result;
  mlir::Type real;
  llvm::SmallVector<Index> sizes; ///< none: a scalar
  bool inRegisters;
  bool isJoin = false;   ///< placed rows, which are written to `total`
  bool varying;          ///< each lane has its own sum, because the sweep runs inside a sweep in lanes
  int64_t registers = 0; ///< how many loop-carried values
  View tile, total; ///< in memory: the sum of the current tile, and of all in f64 (of a part, inside one)
  llvm::SmallVector<Value> carried;

  bool hasTile() const { return !inRegisters && tile.memory != total.memory; }
};

/// A rank-one update per row that waits: its factors are kept, and a block of rows is added to the sum at
/// once, so that the sum is read and written once a block instead of once a vector of lanes.
struct Lowerer::DelayedUpdate {
  gen::EinsumOp op;
  View into;
  View factors; ///< [result][row of the block]
};

/// A sweep while its loops are emitted.
struct Lowerer::OpenSweep {
  gen::SweepOp op;
  int64_t width; ///< lanes of its own; 1: none
  Lanes outer;   ///< the lanes around it
  std::vector<Sum> sums;
  Value from, to;
  Value isSingle;      ///< whether all iterations fit in one tile
  Value fullEnd, rest; ///< where whole vectors end, and how many iterations are left then
  Value blockStart;    ///< the first iteration of the block of rows, while updates are delayed
  std::vector<DelayedUpdate> delayed;

  OpenSweep(gen::SweepOp op, const Lanes &outer)
      : op(op), width(static_cast<int64_t>(op.getLanes().value_or(1))), outer(outer) {}
  bool ownLanes() const { return width > 1; }
  bool varying() const { return outer.width > 1; }
};

/// The sums over lanes of each of these vectors, in their order, as many as fit in each vector of the result;
/// what the last one has more are copies (LaneSums.cpp).
llvm::SmallVector<Value> sumsOfLanes(Lowerer &l, llvm::ArrayRef<Value> vectors);

} // namespace genfuse::lower
