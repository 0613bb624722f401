// gen-hoist-invariants: what does not vary leaves a sweep: values, summands (times the length), factors.
#include "passes/InvariantCode.h"
#include "passes/Passes.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENHOISTINVARIANTS
#include "genfuse/passes/Passes.h.inc"

namespace {

struct Term {
  Value value;
  bool negative;
};

/// Splits one scalar sum of a sweep into what varies and what does not.
class Splitter {
public:
  explicit Splitter(gen::SweepOp sweep) : sweep(sweep) {}

  bool isInvariant(Value value) { return !sweep.getBody().isAncestor(value.getParentRegion()); }

  /// The summands of a value, through additions, subtractions and negations.
  void terms(Value value, bool negative, SmallVectorImpl<Term> &found) {
    Operation *op = isInvariant(value) ? nullptr : value.getDefiningOp();
    if (isa_and_nonnull<arith::AddFOp, arith::SubFOp>(op)) {
      terms(op->getOperand(0), negative, found);
      terms(op->getOperand(1), negative != isa<arith::SubFOp>(op), found);
    } else if (isa_and_nonnull<arith::NegFOp>(op)) {
      terms(op->getOperand(0), !negative, found);
    } else {
      found.push_back({value, negative});
    }
  }

  /// The factors of a value, through products; a negation counts as the sign.
  void factors(Value value, bool &negative, SmallVectorImpl<Value> &found) {
    Operation *op = isInvariant(value) ? nullptr : value.getDefiningOp();
    // A square stays whole: its factors alone may leave the range of the real type ((x - mu) / sigma of tiny
    // scales).
    if (isa_and_nonnull<arith::MulFOp>(op) && op->getOperand(0) != op->getOperand(1)) {
      factors(op->getOperand(0), negative, found);
      factors(op->getOperand(1), negative, found);
    } else if (isa_and_nonnull<arith::NegFOp>(op)) {
      negative = !negative;
      factors(op->getOperand(0), negative, found);
    } else {
      found.push_back(value);
    }
  }

private:
  gen::SweepOp sweep;
};

/// Combines values by an op; null stands for nothing yet.
template <class Op> void combine(OpBuilder &builder, Location loc, Value &total, Value value) {
  total = total ? builder.createOrFold<Op>(loc, total, value) : value;
}

/// (c r)^2 = c^2 r^2 for a constant c: then c^2 may leave the sweep. Only where neither r^2 nor c^2 leaves
/// the range of the real type before the whole does, or what is lost is negligible: for c from 2^-6 (r^2
/// overflows where r is 2^64 in f32) to 2^40 (it underflows where c r is at most 2^-23).
void splitSquare(arith::MulFOp square) {
  auto scaled = square.getLhs().getDefiningOp<arith::MulFOp>();
  if (square.getLhs() != square.getRhs() || !scaled || isa<RankedTensorType>(square.getType()))
    return;
  for (unsigned i = 0; i < 2; ++i) {
    FloatAttr constant;
    if (!matchPattern(scaled->getOperand(i), m_Constant(&constant)))
      continue;
    double factor = constant.getValueAsDouble(), size = std::abs(factor);
    if (!(size >= 0x1p-6 && size <= 0x1p40) || size == 1)
      continue;
    OpBuilder builder(square);
    Location loc = square.getLoc();
    Value rest = scaled->getOperand(1 - i);
    Value inner = arith::MulFOp::create(builder, loc, rest, rest);
    Value outer =
        arith::ConstantOp::create(builder, loc, builder.getFloatAttr(square.getType(), factor * factor));
    square.replaceAllUsesWith(arith::MulFOp::create(builder, loc, inner, outer).getResult());
    square.erase();
    return;
  }
}

struct GenHoistInvariantsPass : impl::GenHoistInvariantsBase<GenHoistInvariantsPass> {
  /// sum_i (a_i + c) = sum_i a_i + n c.
  bool hoistTerms(gen::SweepOp sweep, unsigned i) {
    Value yielded = sweep.getYield().getOperand(i), result = sweep.getResult(i);
    Splitter splitter(sweep);
    SmallVector<Term> found;
    splitter.terms(yielded, false, found);
    Location loc = yielded.getLoc();
    OpBuilder inside(sweep.getYield()), outside(sweep->getContext());
    outside.setInsertionPointAfter(sweep);
    Value varying, constant;
    unsigned moved = 0;
    auto accumulate = [&](OpBuilder &builder, Value &total, Term term) {
      if (!total && term.negative)
        total = arith::NegFOp::create(builder, loc, term.value);
      else if (term.negative)
        total = arith::SubFOp::create(builder, loc, total, term.value);
      else
        combine<arith::AddFOp>(builder, loc, total, term.value);
    };
    // A term with a plus first, so that no negation is needed where one can be avoided.
    std::rotate(found.begin(), llvm::find_if(found, [](const Term &term) { return !term.negative; }),
                found.end());
    for (const Term &term : found)
      moved += splitter.isInvariant(term.value);
    if (moved == 0 || (moved == found.size() && found.size() == 1 && isZero(found[0].value)))
      return false;
    for (const Term &term : found)
      splitter.isInvariant(term.value) ? accumulate(outside, constant, term)
                                       : accumulate(inside, varying, term);
    if (!varying)
      varying = arith::ConstantOp::create(inside, loc, inside.getFloatAttr(yielded.getType(), 0.0));
    sweep.getYield().setOperand(i, varying);
    Type type = result.getType();
    Value count = arith::IndexCastOp::create(outside, loc, outside.getI64Type(), sweep.getLength());
    count = arith::SIToFPOp::create(outside, loc, type, count);
    if (constant.getType() != type)
      constant = arith::ExtFOp::create(outside, loc, type, constant);
    Value product = arith::MulFOp::create(outside, loc, count, constant);
    Value left = isFinite(constant) ? product : unlessEmpty(outside, sweep, product);
    Value total = arith::AddFOp::create(outside, loc, result, left);
    result.replaceAllUsesExcept(total, total.getDefiningOp());
    terms += moved;
    return true;
  }

  /// A value that an empty sweep must not have: 0 times an infinite constant would be no number.
  static Value unlessEmpty(OpBuilder &builder, gen::SweepOp sweep, Value value) {
    Location loc = value.getLoc();
    Value none = arith::ConstantIndexOp::create(builder, loc, 0);
    Value empty = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, sweep.getLength(), none);
    Value zero = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(value.getType(), 0.0));
    return arith::SelectOp::create(builder, loc, empty, zero, value);
  }

  static bool isFinite(Value value) {
    while (auto wide = value.getDefiningOp<arith::ExtFOp>())
      value = wide.getIn();
    FloatAttr constant;
    return matchPattern(value, m_Constant(&constant)) && constant.getValue().isFinite();
  }
  static bool isZero(Value value) { return matchPattern(value, m_AnyZeroFloat()); }

  /// sum_i c a_i = c sum_i a_i, where a_i is not a constant itself.
  bool hoistFactors(gen::SweepOp sweep, unsigned i) {
    Value yielded = sweep.getYield().getOperand(i), result = sweep.getResult(i);
    Splitter splitter(sweep);
    bool negative = false;
    SmallVector<Value> found;
    splitter.factors(yielded, negative, found);
    unsigned moved = llvm::count_if(found, [&](Value v) { return splitter.isInvariant(v); });
    if (moved + negative == 0 || moved == found.size())
      return false;
    Location loc = yielded.getLoc();
    OpBuilder inside(sweep.getYield()), outside(sweep->getContext());
    outside.setInsertionPointAfter(sweep);
    Value varying, constant;
    for (Value value : found)
      splitter.isInvariant(value) ? combine<arith::MulFOp>(outside, loc, constant, value)
                                  : combine<arith::MulFOp>(inside, loc, varying, value);
    sweep.getYield().setOperand(i, varying);
    if (constant && constant.getType() != result.getType())
      constant = arith::ExtFOp::create(outside, loc, result.getType(), constant);
    Value total = result;
    Operation *first = nullptr;
    if (constant) {
      total = arith::MulFOp::create(outside, loc, total, constant);
      first = total.getDefiningOp();
      if (!isFinite(constant))
        total = unlessEmpty(outside, sweep, total);
    }
    if (negative) {
      total = arith::NegFOp::create(outside, loc, total);
      first = first ? first : total.getDefiningOp();
    }
    result.replaceAllUsesExcept(total, first);
    factors += moved;
    return true;
  }

  void runOnOperation() override {
    SmallVector<arith::MulFOp> products;
    getOperation().walk(
        [&](gen::SweepOp sweep) { llvm::append_range(products, sweep.getBlock()->getOps<arith::MulFOp>()); });
    llvm::for_each(products, splitSquare);
    // Inner sweeps first: what leaves them may leave the outer ones too.
    getOperation().walk([&](LoopLikeOpInterface loop) {
      hoistInvariantCode(loop);
      auto sweep = dyn_cast<gen::SweepOp>(*loop);
      if (!sweep)
        return;
      for (unsigned i = 0; i < sweep.getNumSums(); ++i) {
        if (!isa<FloatType>(sweep.getResult(i).getType()))
          continue;
        hoistTerms(sweep, i);
        hoistFactors(sweep, i);
      }
    });
  }
};

} // namespace
} // namespace genfuse
