#include "passes/Variation.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace genfuse {

Variation::Variation(gen::SweepOp sweep) {
  differing.insert(sweep.getIndex());
  size_t before;
  do { // carried values go round
    before = differing.size();
    sweep.getBody().walk([&](Operation *op) { visit(op); });
  } while (differing.size() > before);
}

void Variation::visit(Operation *op) {
  if (auto loop = dyn_cast<gen::LoopOp>(op)) {
    for (unsigned i = 0; i < loop.getNumCarried(); ++i)
      if (differing.contains(loop.getStarts()[i]) || differing.contains(loop.getYield().getOperand(i))) {
        differing.insert(loop.getCarried()[i]);
        differing.insert(loop.getResult(i));
      }
    return markTensors(loop.getStacks());
  }
  if (auto sweep = dyn_cast<gen::SweepOp>(op)) {
    // Sums are formed a lane, whatever they are of.
    differing.insert_range(sweep.getSums());
    return markTensors(sweep.getStacks());
  }
  if (llvm::any_of(op->getOperands(), [&](Value v) { return differing.contains(v); }))
    differing.insert_range(op->getResults());
  else if (!isa<tensor::ExtractSliceOp, tensor::CastOp>(op))
    markTensors(op->getResults());
}

void Variation::markTensors(ValueRange results) {
  for (Value result : results)
    if (isa<RankedTensorType>(result.getType()))
      differing.insert(result);
}

} // namespace genfuse
