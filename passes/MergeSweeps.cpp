// gen-merge-sweeps: two sweeps over the same range become one pass over the data.
#include "passes/Passes.h"
#include "passes/Roles.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENMERGESWEEPS
#include "genfuse/passes/Passes.h.inc"

namespace {

/// The ops after `first` and up to `second` that need a result of `first`.
llvm::SetVector<Operation *> dependents(gen::SweepOp first, gen::SweepOp second) {
  llvm::SetVector<Operation *> found;
  found.insert(first);
  for (Operation *op = first->getNextNode(); op; op = op->getNextNode()) {
    WalkResult uses = op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (Operation *source = operand.getDefiningOp(); source && found.contains(source))
          return WalkResult::interrupt();
      return WalkResult::advance();
    });
    if (uses.wasInterrupted())
      found.insert(op);
    if (op == second)
      break;
  }
  found.remove(first);
  return found;
}

/// Equal lengths are the same value, or of the same row: the second sweep's body has looked it up again.
bool sameLength(Value first, Value second) {
  auto a = first.getDefiningOp<gen::RowOp>(), b = second.getDefiningOp<gen::RowOp>();
  return first == second ||
         (a && b && first == a.getLength() && second == b.getLength() && a.getOperands() == b.getOperands());
}

/// Legality, in order:
/// 1. the same block, length and mapping: one loop can run both;
/// 2. the second needs nothing that comes from the first's results: those exist only after the whole loop.
bool canMerge(gen::SweepOp first, gen::SweepOp second, const llvm::SetVector<Operation *> &between) {
  if (!sameLength(first.getLength(), second.getLength()) || first.getLanes() != second.getLanes() ||
      first.getStackLast() != second.getStackLast())
    return false;
  return !between.contains(second);
}

gen::SweepOp merge(gen::SweepOp first, gen::SweepOp second, const llvm::SetVector<Operation *> &between) {
  for (Operation *op : llvm::reverse(between))
    op->moveAfter(second);
  SmallVector<Type> types;
  SmallVector<Value> yielded, replaced;
  auto take = [&](gen::SweepOp sweep, bool sums) {
    ValueRange results = sums ? sweep.getSums() : sweep.getStacks();
    ValueRange values = sweep.getYield().getOperands();
    values = sums ? values.take_front(sweep.getNumSums()) : values.drop_front(sweep.getNumSums());
    llvm::append_range(types, results.getTypes());
    llvm::append_range(replaced, results);
    llvm::append_range(yielded, values);
  };
  for (bool sums : {true, false})
    for (gen::SweepOp sweep : {first, second})
      take(sweep, sums);

  OpBuilder builder(second);
  auto combined = gen::SweepOp::create(builder, second.getLoc(), types, second.getLength(),
                                       first.getNumSums() + second.getNumSums());
  combined.setLanesAttr(first.getLanesAttr());
  combined.setStackLast(first.getStackLast());
  for (gen::SweepOp sweep : {first, second}) {
    sweep.getIndex().replaceAllUsesWith(combined.getIndex());
    auto &ops = sweep.getBlock()->getOperations();
    combined.getBlock()->getOperations().splice(combined.getBlock()->end(), ops, ops.begin(),
                                                std::prev(ops.end()));
  }
  builder.setInsertionPointToEnd(combined.getBlock());
  gen::YieldOp::create(builder, second.getLoc(), yielded);
  for (auto [from, to] : llvm::zip(replaced, combined.getResults()))
    from.replaceAllUsesWith(to);
  second.erase();
  first.erase();
  return combined;
}

struct GenMergeSweepsPass : impl::GenMergeSweepsBase<GenMergeSweepsPass> {
  /// Merges into each sweep of a block the later ones that it can take; then looks into the bodies.
  void visit(Block &block) {
    for (Operation *op = &block.front(); op;) {
      auto sweep = dyn_cast<gen::SweepOp>(op);
      Operation *mergedAway = nullptr;
      for (Operation *later = sweep ? op->getNextNode() : nullptr; later; later = later->getNextNode()) {
        auto other = dyn_cast<gen::SweepOp>(later);
        if (!other)
          continue;
        auto between = dependents(sweep, other);
        if (!canMerge(sweep, other, between))
          continue;
        Operation *next = sweep->getNextNode() == other ? nullptr : sweep->getNextNode();
        gen::SweepOp combined = merge(sweep, other, between);
        ++merged;
        mergedAway = next && !between.contains(next) ? next : combined;
        break;
      }
      if (mergedAway) {
        op = mergedAway;
        continue;
      }
      for (Region &region : op->getRegions())
        visit(region.front());
      op = op->getNextNode();
    }
  }

  void runOnOperation() override {
    // Checks of shared data leave the sweep over instances only while they are on their own.
    if (getOperation()->hasAttr(roles::checkOf))
      return;
    for (Block &block : getOperation().getBody())
      visit(block);
  }
};

} // namespace
} // namespace genfuse
