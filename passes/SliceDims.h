// Which dimensions a rank-reducing slice drops.
#pragma once

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SmallBitVector.h"

namespace genfuse {

/// A slice takes single indices of some dimensions and the whole of the others. Where both a single index and
/// a whole dimension of size 1 could be what the type lost, MLIR's own `getDroppedDims` picks the first; here
/// the single index is. Whole dimensions of size 1 may stand for each other.
inline llvm::SmallBitVector droppedDims(mlir::tensor::ExtractSliceOp op) {
  mlir::RankedTensorType source = op.getSourceType(), result = op.getType();
  llvm::SmallBitVector dropped(source.getRank());
  int64_t next = 0;
  for (int64_t d = 0; d < source.getRank(); ++d) {
    bool single = mlir::isConstantIntValue(op.getMixedSizes()[d], 1);
    bool whole = mlir::isConstantIntValue(op.getMixedOffsets()[d], 0) && source.getDimSize(d) == 1;
    bool kept = !single || (whole && next < result.getRank() && result.getDimSize(next) == 1);
    if (kept)
      ++next;
    else
      dropped.set(d);
  }
  return next == result.getRank() ? dropped : op.getDroppedDims();
}

} // namespace genfuse
