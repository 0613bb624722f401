// gen-stack-invariants: what an inner sweep computes alike for all instances is computed once, before them.
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/Passes.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENSTACKINVARIANTS
#include "genfuse/passes/Passes.h.inc"

namespace {

bool isScalar(Value value) { return value.getType().isIntOrIndexOrFloat(); }

/// A few additions and products a tile of instances cost no more than reading a stack would.
bool isCostly(Operation *op) {
  return isa<arith::DivFOp, gen::SpecialOp>(op) ||
         (isa<math::MathDialect>(op->getDialect()) && !isa<math::FmaOp, math::AbsFOp, math::CopySignOp>(op));
}

/// One inner sweep of a sweep in lanes.
class Stacking {
public:
  Stacking(gen::SweepOp outer, gen::SweepOp inner) : outer(outer), inner(inner) {}

  void run() {
    if (!isOutside(inner.getLength()))
      return;
    llvm::SmallPtrSet<Operation *, 8> costly;
    for (Operation &op : inner.getBlock()->without_terminator())
      if (dependsOnIndexOnly(&op)) {
        alike.insert(&op);
        if (isCostly(&op) || llvm::any_of(op.getOperands(), [&](Value value) {
              return costly.contains(value.getDefiningOp());
            }))
          costly.insert(&op);
      }
    SmallVector<Value> wanted;
    for (Operation *op : alike)
      if (costly.contains(op) && isa<FloatType>(op->getResult(0).getType()) &&
          llvm::any_of(op->getUsers(), [&](Operation *user) { return !alike.contains(user); }))
        wanted.push_back(op->getResult(0));
    if (!wanted.empty())
      stack(wanted);
  }

private:
  bool isOutside(Value value) { return !outer.getBody().isAncestor(value.getParentRegion()); }

  bool dependsOnIndexOnly(Operation *op) {
    return op->getNumResults() == 1 && op->getNumRegions() == 0 && isPure(op) && isScalar(op->getResult(0)) &&
           llvm::all_of(op->getOperands(), [&](Value value) {
             return value == inner.getIndex() || isOutside(value) || alike.contains(value.getDefiningOp());
           });
  }

  void stack(ArrayRef<Value> wanted) {
    OpBuilder builder(outer);
    const int64_t length = getConstantIntValue(inner.getLength()).value_or(ShapedType::kDynamic);
    SmallVector<Type> types;
    for (Value value : wanted)
      types.push_back(RankedTensorType::get({length}, value.getType()));
    auto before = gen::SweepOp::create(builder, inner.getLoc(), types, inner.getLength(), 0);
    builder.setInsertionPointToEnd(before.getBlock());
    IRMapping map;
    map.map(inner.getIndex(), before.getIndex());
    for (Operation *op : alike)
      builder.clone(*op, map);
    SmallVector<Value> values;
    for (Value value : wanted)
      values.push_back(map.lookup(value));
    gen::YieldOp::create(builder, inner.getLoc(), values);
    builder.setInsertionPointToStart(inner.getBlock());
    for (auto [i, value] : llvm::enumerate(wanted)) {
      Value read = tensor::ExtractOp::create(builder, value.getLoc(), before.getResult(i), inner.getIndex());
      Value(value).replaceUsesWithIf(read, [&](OpOperand &use) { return !alike.contains(use.getOwner()); });
    }
    for (Operation *op : llvm::reverse(alike.getArrayRef()))
      if (op->use_empty())
        op->erase();
  }

  gen::SweepOp outer, inner;
  llvm::SetVector<Operation *> alike; ///< ops that give the same for all instances
};

struct GenStackInvariantsPass : impl::GenStackInvariantsBase<GenStackInvariantsPass> {
  using GenStackInvariantsBase::GenStackInvariantsBase;

  void runOnOperation() override {
    SmallVector<std::pair<gen::SweepOp, gen::SweepOp>> sweeps;
    getOperation().walk([&](gen::SweepOp outer) {
      if (outer.getLanes().value_or(1) > 1 && outer.getStackLast())
        outer.getBody().walk([&](gen::SweepOp inner) { sweeps.push_back({outer, inner}); });
    });
    for (auto [outer, inner] : sweeps)
      Stacking(outer, inner).run();
  }
};

} // namespace
} // namespace genfuse
