// Random numbers of a loop depend on its index and on nothing that it carries: those of several iterations
// are drawn at once, in lanes, and wait in a buffer.
#include "passes/lower/Lowerer.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace genfuse::lower {

/// Iterations whose numbers are drawn together.
constexpr int64_t drawsAtOnce = 16;

/// The draws of a loop's body that only need its index, and scalar arithmetic that needs nothing else either.
static llvm::SetVector<Operation *> findEarly(gen::LoopOp loop) {
  llvm::SetVector<Operation *> early;
  auto isReady = [&](Value value) {
    Operation *op = value.getDefiningOp();
    return value == loop.getIndex() || (op && early.contains(op)) ||
           !loop.getBody().isAncestor(value.getParentRegion());
  };
  for (Operation &op : *loop.getBlock()) {
    if (!llvm::all_of(op.getOperands(), isReady))
      continue;
    bool isDraw = isa<gen::RandomOp>(op);
    bool followsDraw = OpTrait::hasElementwiseMappableTraits(&op) &&
                       isa<FloatType>(op.getResult(0).getType()) &&
                       llvm::any_of(op.getOperands(), [&](Value operand) {
                         Operation *source = operand.getDefiningOp();
                         return source && early.contains(source);
                       });
    if (isDraw || followsDraw)
      early.insert(&op);
  }
  return early;
}

LogicalResult Lowerer::drawEarly(gen::LoopOp loop, Value number) {
  if (threads || lanes.width > 1)
    return success();
  llvm::SetVector<Operation *> early = findEarly(loop);
  if (early.empty())
    return success();
  SmallVector<std::pair<Value, View>> kept;
  for (Operation *op : early) {
    bool leaves = llvm::any_of(op->getUsers(), [&](Operation *user) { return !early.contains(user); });
    if (leaves)
      kept.push_back({op->getResult(0), allocateStatic({drawsAtOnce}, op->getResult(0).getType(), false)});
  }
  Value place = make<arith::RemUIOp>(number, index(drawsAtOnce));
  Value isFirst = make<arith::CmpIOp>(arith::CmpIPredicate::eq, place, index(0));
  auto branch = scf::IfOp::create(builder, loc, isFirst, /*withElse=*/false);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    Lanes outer = std::exchange(lanes, Lanes{drawsAtOnce, number, {}, {}});
    set(loop.getIndex(), Scalar{number, false, true});
    for (Operation *op : early)
      if (failed(lowerOp(op)))
        return failure();
    for (auto &[value, view] : kept)
      vector::StoreOp::create(builder, loc, broadcast(scalar(value)), view.memory, view.offset);
    lanes = outer;
    set(loop.getIndex(), Scalar{number});
  }
  for (auto &[value, view] : kept)
    set(value, load(view, {Index(place)}));
  deferred.insert(early.begin(), early.end());
  return success();
}

} // namespace genfuse::lower
