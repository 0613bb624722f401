// Which values differ between the lanes of a sweep.
#pragma once

#include "ir/Gen.h"
#include "llvm/ADT/DenseSet.h"

namespace genfuse {

/// The values within a sweep that may differ between its iterations, and so between lanes. A tensor that is
/// computed there counts: it lies in a buffer of its own a lane.
class Variation {
public:
  explicit Variation(gen::SweepOp sweep);
  bool operator()(mlir::Value value) const { return differing.contains(value); }

private:
  void visit(mlir::Operation *op);
  void markTensors(mlir::ValueRange results);

  llvm::DenseSet<mlir::Value> differing;
};

} // namespace genfuse
