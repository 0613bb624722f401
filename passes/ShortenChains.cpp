// gen-shorten-chains: in loops whose iterations wait for each other, fewer operations on the way from one to
// the next.
#include "passes/Passes.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENSHORTENCHAINS
#include "genfuse/passes/Passes.h.inc"

namespace {

/// A value as factor * late + rest, where `late` is what it has to wait for. A null factor is 1, a null rest
/// 0.
struct Affine {
  Value late, factor, rest;
  bool negative = false; ///< of factor * late
  int steps = 0;         ///< operations from `late` to the value
};

/// Rewrites what is affine in the sum of a sweep so that the sum, which comes last, takes part in the last
/// operation.
class LateSums {
public:
  explicit LateSums(gen::LoopOp loop) : block(loop.getBlock()) {
    for (Operation &op : *block) {
      bool isLate =
          isa<gen::SweepOp>(op) || llvm::any_of(op.getOperands(), [&](Value v) { return isLateValue(v); });
      if (isLate)
        late.insert_range(op.getResults());
    }
  }

  bool rewrite(Operation *root) {
    Affine form = affine(root->getResult(0));
    if (form.steps < 3 || !form.rest)
      return false;
    OpBuilder builder(root);
    Location loc = root->getLoc();
    Value product =
        form.factor ? arith::MulFOp::create(builder, loc, form.late, form.factor).getResult() : form.late;
    Value value = form.negative ? arith::SubFOp::create(builder, loc, form.rest, product).getResult()
                                : arith::AddFOp::create(builder, loc, form.rest, product).getResult();
    root->getResult(0).replaceAllUsesWith(value);
    return true;
  }

private:
  bool isLateValue(Value value) const { return late.contains(value); }

  /// Combines two values that may be null: what is done early is done at the place of `op`.
  template <class Op> Value combined(Operation *op, Value a, Value b) {
    OpBuilder builder(op);
    return Op::create(builder, op->getLoc(), a, b);
  }

  Affine affine(Value value) {
    Affine self{value, {}, {}};
    Operation *op = value.getDefiningOp();
    if (!op || op->getBlock() != block || isa<RankedTensorType>(value.getType()))
      return self;
    if (isa<arith::NegFOp>(op) && isLateValue(op->getOperand(0))) {
      Affine form = affine(op->getOperand(0));
      OpBuilder builder(op);
      form.negative = !form.negative;
      form.rest = form.rest ? arith::NegFOp::create(builder, op->getLoc(), form.rest).getResult() : form.rest;
      return ++form.steps, form;
    }
    if (!isa<arith::AddFOp, arith::SubFOp, arith::MulFOp>(op))
      return self;
    const bool left = isLateValue(op->getOperand(0)), right = isLateValue(op->getOperand(1));
    if (left == right)
      return self;
    Value early = op->getOperand(left ? 1 : 0);
    Affine form = affine(op->getOperand(left ? 0 : 1));
    ++form.steps;
    if (isa<arith::MulFOp>(op)) {
      form.factor = form.factor ? combined<arith::MulFOp>(op, form.factor, early) : early;
      form.rest = form.rest ? combined<arith::MulFOp>(op, form.rest, early) : form.rest;
    } else if (isa<arith::AddFOp>(op)) {
      form.rest = form.rest ? combined<arith::AddFOp>(op, form.rest, early) : early;
    } else if (left) { // form - early
      OpBuilder builder(op);
      form.rest = form.rest ? combined<arith::SubFOp>(op, form.rest, early)
                            : arith::NegFOp::create(builder, op->getLoc(), early).getResult();
    } else { // early - form
      form.rest = form.rest ? combined<arith::SubFOp>(op, early, form.rest) : early;
      form.negative = !form.negative;
    }
    return form;
  }

  Block *block;
  llvm::DenseSet<Value> late;
};

/// A summand and its sign.
struct Term {
  Value value;
  bool negative;
};

/// Sums of four and more terms as a tree: products are added to other terms first, then pairs of those.
class Balanced {
public:
  static bool isSum(Operation *op) { return isa_and_nonnull<arith::AddFOp, arith::SubFOp>(op); }

  /// Whether a sum is not part of a larger one in its block.
  static bool isRoot(Operation *op) {
    return isSum(op) && !isa<RankedTensorType>(op->getResult(0).getType()) &&
           !(op->hasOneUse() && isSum(*op->user_begin()) &&
             (*op->user_begin())->getBlock() == op->getBlock());
  }

  static bool rewrite(Operation *root) {
    SmallVector<Term> terms, products, others;
    collect(root->getResult(0), false, root, terms);
    if (terms.size() < 4)
      return false;
    for (const Term &term : terms) {
      auto product = term.value.getDefiningOp<arith::MulFOp>();
      (product && product->hasOneUse() ? products : others).push_back(term);
    }
    OpBuilder builder(root);
    SmallVector<Term> sums;
    while (!products.empty() || !others.empty()) {
      SmallVector<Term> &first = others.empty() ? products : others;
      Term sum = first.pop_back_val();
      if (!products.empty())
        sum = add(builder, root->getLoc(), sum, products.pop_back_val());
      sums.push_back(sum);
    }
    while (sums.size() > 1) {
      SmallVector<Term> next;
      for (size_t i = 0; i + 1 < sums.size(); i += 2)
        next.push_back(add(builder, root->getLoc(), sums[i], sums[i + 1]));
      if (sums.size() % 2)
        next.push_back(sums.back());
      sums = next;
    }
    Value total = sums.front().value;
    if (sums.front().negative)
      total = arith::NegFOp::create(builder, root->getLoc(), total);
    root->getResult(0).replaceAllUsesWith(total);
    return true;
  }

private:
  static void collect(Value value, bool negative, Operation *root, SmallVectorImpl<Term> &terms) {
    Operation *op = value.getDefiningOp();
    bool inner = op == root || (isSum(op) && op->hasOneUse() && op->getBlock() == root->getBlock());
    if (!inner)
      return terms.push_back({value, negative});
    collect(op->getOperand(0), negative, root, terms);
    collect(op->getOperand(1), negative != isa<arith::SubFOp>(op), root, terms);
  }

  static Term add(OpBuilder &builder, Location loc, Term a, Term b) {
    if (a.negative == b.negative)
      return {arith::AddFOp::create(builder, loc, a.value, b.value), a.negative};
    if (a.negative)
      std::swap(a, b);
    return {arith::SubFOp::create(builder, loc, a.value, b.value), false};
  }
};

struct GenShortenChainsPass : impl::GenShortenChainsBase<GenShortenChainsPass> {
  void runOnOperation() override {
    SmallVector<gen::LoopOp> loops;
    getOperation().walk([&](gen::LoopOp loop) { loops.push_back(loop); });
    for (gen::LoopOp loop : loops) {
      LateSums sums(loop);
      for (Value value : loop.getYield().getOperands().take_front(loop.getNumCarried()))
        if (Operation *root = value.getDefiningOp(); root && root->getBlock() == loop.getBlock())
          shortened += root->getNumResults() == 1 && sums.rewrite(root);
    }
    SmallVector<Operation *> roots;
    getOperation().walk([&](gen::SweepOp sweep) {
      if (!sweep->getParentOfType<gen::LoopOp>())
        return;
      for (Operation &op : *sweep.getBlock())
        if (Balanced::isRoot(&op))
          roots.push_back(&op);
    });
    for (Operation *root : roots)
      shortened += Balanced::rewrite(root);
  }
};

} // namespace
} // namespace genfuse
