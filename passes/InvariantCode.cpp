#include "passes/InvariantCode.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

using namespace mlir;

namespace genfuse {

void hoistInvariantCode(gen::SweepOp sweep) {
  LoopLikeOpInterface loop = sweep;
  moveLoopInvariantCode(
      loop.getLoopRegions(), [&](Value value, Region *) { return loop.isDefinedOutsideOfLoop(value); },
      [&](Operation *op, Region *) {
        return isMemoryEffectFree(op) && isSpeculatable(op) && !isa<tensor::ExtractOp>(op);
      },
      [&](Operation *op, Region *) { loop.moveOutOfLoop(op); });
}

} // namespace genfuse
