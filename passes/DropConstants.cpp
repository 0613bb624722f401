// gen-drop-constants: summands of an objective that its gradient does not depend on.
#include "passes/Passes.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENDROPCONSTANTS
#include "genfuse/passes/Passes.h.inc"

namespace {

class Pruner {
public:
  Pruner(ValueRange wrt) : wrt(wrt) {}

  /// The value without the summands that do not depend on what is differentiated by; null if nothing is left.
  Value prune(Value value) {
    if (!depends(value))
      return {};
    Operation *op = value.getDefiningOp();
    OpBuilder builder(op ? op->getContext() : value.getContext());
    if (op)
      builder.setInsertionPointAfter(op);
    if (auto add = dyn_cast_or_null<arith::AddFOp>(op))
      return both(
          add, builder, [&](Value a, Value b) { return arith::AddFOp::create(builder, op->getLoc(), a, b); },
          /*negate=*/false);
    if (auto sub = dyn_cast_or_null<arith::SubFOp>(op))
      return both(
          sub, builder, [&](Value a, Value b) { return arith::SubFOp::create(builder, op->getLoc(), a, b); },
          /*negate=*/true);
    if (auto counted = dyn_cast_or_null<gen::CountedOp>(op))
      counted.getValueMutable().assign(prune(counted.getValue()));
    if (auto sweep = dyn_cast_or_null<gen::SweepOp>(op)) {
      unsigned i = cast<OpResult>(value).getResultNumber();
      if (i < sweep.getNumSums())
        if (Value left = prune(sweep.getYield().getOperand(i)))
          sweep.getYield().setOperand(i, left);
    }
    return value;
  }

private:
  Value both(Operation *op, OpBuilder &builder, function_ref<Value(Value, Value)> combine, bool negate) {
    Value a = prune(op->getOperand(0)), b = prune(op->getOperand(1));
    builder.setInsertionPointAfter(op);
    if (a && b)
      return a == op->getOperand(0) && b == op->getOperand(1) ? op->getResult(0) : combine(a, b);
    if (!a && negate)
      return arith::NegFOp::create(builder, op->getLoc(), b);
    return a ? a : b;
  }

  bool depends(Value value) {
    if (llvm::is_contained(wrt, value))
      return true;
    auto [known, inserted] = seen.try_emplace(value, false);
    if (!inserted)
      return known->second;
    bool result = false;
    if (Operation *op = value.getDefiningOp()) {
      auto check = [&](Value operand) { result = result || depends(operand); };
      if (auto sweep = dyn_cast<gen::SweepOp>(op))
        check(sweep.getYield().getOperand(cast<OpResult>(value).getResultNumber()));
      llvm::for_each(op->getOperands(), check);
    }
    return seen[value] = result;
  }

  ValueRange wrt;
  llvm::DenseMap<Value, bool> seen;
};

struct GenDropConstantsPass : impl::GenDropConstantsBase<GenDropConstantsPass> {
  void runOnOperation() override {
    getOperation().walk([&](gen::GradientOp op) {
      if (!op.getDropConstants())
        return;
      Value old = op.getObjective();
      Value left = Pruner(op.getWrt()).prune(old);
      if (!left) {
        OpBuilder builder(op);
        left = arith::ConstantOp::create(builder, op.getLoc(), builder.getFloatAttr(old.getType(), 0.0));
      }
      for (OpOperand &use : llvm::make_early_inc_range(old.getUses()))
        if (isa<func::ReturnOp, gen::GradientOp>(use.getOwner()))
          use.set(left);
      op.setDropConstants(false);
    });
  }
};

} // namespace
} // namespace genfuse
