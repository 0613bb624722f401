// gen-form-fma: a product that is only added becomes one explicit fused multiply-add, the same on every back
// end.
#include "passes/Passes.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENFORMFMA
#include "genfuse/passes/Passes.h.inc"

namespace {

arith::MulFOp productOf(Value value) {
  auto product = value.getDefiningOp<arith::MulFOp>();
  return product && product->hasOneUse() ? product : arith::MulFOp();
}

/// a b + c, c - a b and a b - c, where the product has no other use.
Value fuse(Operation *op) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  Value left = op->getOperand(0), right = op->getOperand(1);
  bool subtract = isa<arith::SubFOp>(op);
  auto negate = [&](Value value) { return arith::NegFOp::create(builder, loc, value).getResult(); };
  auto fma = [&](Value a, Value b, Value c) {
    return math::FmaOp::create(builder, loc, a, b, c).getResult();
  };
  if (auto product = productOf(right)) {
    Value a = subtract ? negate(product.getLhs()) : product.getLhs();
    return fma(a, product.getRhs(), left);
  }
  if (auto product = productOf(left))
    return fma(product.getLhs(), product.getRhs(), subtract ? negate(right) : right);
  return {};
}

struct GenFormFmaPass : impl::GenFormFmaBase<GenFormFmaPass> {
  void runOnOperation() override {
    SmallVector<Operation *> sums;
    getOperation().walk([&](Operation *op) {
      if (isa<arith::AddFOp, arith::SubFOp>(op))
        sums.push_back(op);
    });
    for (Operation *op : sums) {
      Value fused = fuse(op);
      if (!fused)
        continue;
      SmallVector<Value> operands(op->getOperands());
      op->getResult(0).replaceAllUsesWith(fused);
      op->erase();
      for (Value operand : operands)
        if (auto product = operand.getDefiningOp<arith::MulFOp>(); product && product->use_empty())
          product->erase();
    }
  }
};

} // namespace
} // namespace genfuse
