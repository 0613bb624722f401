#include "passes/InvariantCode.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

using namespace mlir;

namespace genfuse {

void hoistInvariantCode(LoopLikeOpInterface loop) {
  moveLoopInvariantCode(
      loop.getLoopRegions(), [&](Value value, Region *) { return loop.isDefinedOutsideOfLoop(value); },
      [&](Operation *op, Region *) {
        return isMemoryEffectFree(op) && isSpeculatable(op) && !isa<tensor::ExtractOp>(op);
      },
      [&](Operation *op, Region *) { loop.moveOutOfLoop(op); });
}

static bool isCheck(Operation *op) {
  if (isa<gen::CheckOp>(op))
    return true;
  if (!isa<gen::SweepOp>(op) || op->getNumResults() > 0)
    return false;
  WalkResult others = op->walk([&](Operation *inner) {
    bool fine = isa<gen::CheckOp, gen::SweepOp>(inner) || isMemoryEffectFree(inner);
    return fine ? WalkResult::advance() : WalkResult::interrupt();
  });
  return !others.wasInterrupted();
}

void hoistInvariantChecks(gen::SweepOp sweep) {
  LoopLikeOpInterface loop = sweep;
  moveLoopInvariantCode(
      loop.getLoopRegions(), [&](Value value, Region *) { return loop.isDefinedOutsideOfLoop(value); },
      [&](Operation *op, Region *) { return isCheck(op); },
      [&](Operation *op, Region *) { loop.moveOutOfLoop(op); });
}

} // namespace genfuse
