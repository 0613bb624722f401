// gen-form-fma: a product that is only added becomes one explicit fused multiply-add, the same on every back
// end.
#include "passes/Passes.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENFORMFMA
#include "genfuse/passes/Passes.h.inc"

namespace {

/// A product that nothing else uses, or its negation.
struct Product {
  arith::MulFOp op;
  bool negative = false;
};

/// Multiplying by 1 or -1 costs nothing; the addition is better spent on another product.
bool isSign(Value factor) {
  FloatAttr constant;
  return matchPattern(factor, m_Constant(&constant)) && std::abs(constant.getValueAsDouble()) == 1;
}

Product productOf(Value value) {
  Product product;
  if (auto negation = value.getDefiningOp<arith::NegFOp>(); negation && negation->hasOneUse()) {
    product.negative = true;
    value = negation.getOperand();
  }
  product.op = value.getDefiningOp<arith::MulFOp>();
  if (product.op && (!product.op->hasOneUse() || isSign(product.op.getRhs())))
    product.op = arith::MulFOp();
  return product;
}

/// A scalar that is the same for all lanes: LLVM would negate it before it is broadcast, in an instruction of
/// its own; that of a vector becomes part of the multiplication.
bool isBroadcast(Value factor) { return isa_and_nonnull<vector::BroadcastOp>(factor.getDefiningOp()); }

/// a b + c, c - a b and a b - c, where the product has no other use; -(a b) likewise.
Value fuse(Operation *op) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  Value left = op->getOperand(0), right = op->getOperand(1);
  bool subtract = isa<arith::SubFOp>(op);
  auto negate = [&](Value value) { return arith::NegFOp::create(builder, loc, value).getResult(); };
  auto fma = [&](arith::MulFOp product, bool negative, Value c) {
    Value a = product.getLhs(), b = product.getRhs();
    if (negative) {
      Value &factor = isBroadcast(a) && !isBroadcast(b) ? b : a;
      factor = negate(factor);
    }
    return math::FmaOp::create(builder, loc, a, b, c).getResult();
  };
  if (Product product = productOf(right); product.op)
    return fma(product.op, product.negative != subtract, left);
  if (Product product = productOf(left); product.op)
    return fma(product.op, product.negative, subtract ? negate(right) : right);
  return {};
}

/// Takes out what only led to `value`.
void eraseUnused(Value value) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<arith::MulFOp, arith::NegFOp>(op) || !op->use_empty())
    return;
  Value operand = op->getOperand(0);
  op->erase();
  eraseUnused(operand);
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
      llvm::for_each(operands, eraseUnused);
    }
  }
};

} // namespace
} // namespace genfuse
