// Where the body of a sweep is cut by the large products in it.
#pragma once

#include "ir/Gen.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace genfuse {

/// The matrix of a product: that an einsum multiplies by a vector, or makes of two vectors; of three matrices
/// the one without the rows, which are what no type states, or the most.
struct ProductMatrix {
  int64_t smallSide = 0, elements = 0; ///< zero for other einsums; a side that no type states counts as 64
  /// Of at least `least` elements, and not so narrow that its vectors live in registers (but for a small
  /// `least`).
  bool isLarge(int64_t least) const;
};
ProductMatrix matrixOf(gen::EinsumOp op);

/// The stages of a sweep's body. A product of a matrix from outside with a vector of the body ends the stage
/// that computes the vector: what needs its result is in a later one. What is computed from data alone is in
/// the first stage that needs it. A product of two vectors that is only summed comes after all stages.
class ProductStages {
public:
  /// Large products are taken out: of at least `least` elements.
  ProductStages(gen::SweepOp sweep, int64_t least);

  /// Not one in lanes, over instances, with rows of ragged data, or with ops that only have effects.
  static bool canCut(gen::SweepOp sweep);

  bool any() const { return !forward.empty() || !outer.empty(); }
  unsigned count() const { return stages; }

  bool isInside(mlir::Value value) const { return sweep.getBody().isAncestor(value.getParentRegion()); }
  /// The stage that computes a value, or the first in which it can be read; zero for those from outside.
  unsigned stageOf(mlir::Value value) const { return level.lookup(value); }
  bool isForward(mlir::Operation *op) const { return forward.contains(op); }
  bool isOuter(mlir::Operation *op) const { return outer.contains(op); }
  /// Reads of data and index arithmetic, which each stage does again instead of keeping what they give.
  bool isRead(mlir::Operation *op) const { return reads.contains(op); }
  /// An addition of a product of two vectors in a sum, which is not computed as such.
  bool isDissolved(mlir::Operation *op) const;
  /// The terms of a sum: products of two vectors, and all else.
  void termsOf(mlir::Value yielded, llvm::SmallVectorImpl<mlir::Value> &products,
               llvm::SmallVectorImpl<mlir::Value> &others) const;
  /// The last stage of values.
  unsigned lastOf(llvm::ArrayRef<mlir::Value> values) const;
  /// The operand of a product that the body computes.
  mlir::Value vectorOf(gen::EinsumOp product) const;

  /// Values that a later stage or a product needs of the stage that computes them.
  const llvm::SetVector<mlir::Value> &kept() const { return keptValues; }
  /// A matrix from outside whose rows a value is, one an iteration; null otherwise.
  mlir::Value rowsFromOutside(mlir::Value value) const;

private:
  bool readsOnly(mlir::Operation *op) const;
  bool canBeOuter(gen::EinsumOp op) const;
  bool isOnlySummed(mlir::Operation *op) const;
  void setLevels(int64_t least);
  void delay();
  void setKept();
  void need(mlir::Value value, unsigned stage);

  mutable gen::SweepOp sweep; ///< whose accessors are not const
  unsigned stages = 1;
  llvm::DenseMap<mlir::Value, unsigned> level;
  llvm::SmallPtrSet<mlir::Operation *, 8> forward, outer, reads;
  llvm::SetVector<mlir::Value> keptValues;
};

} // namespace genfuse
