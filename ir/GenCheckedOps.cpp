// Verification and folding of checks.
#include "ir/Gen.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace genfuse::gen {

LogicalResult CheckOp::verify() {
  if (getValues().empty() || getValues().size() > 2) // check_c1
    return emitOpError("takes what came and at most one bound, got ") << getValues().size() << " values";
  return success();
}

namespace {
/// What holds for a constant needs no check.
struct DropChecksThatHold : OpRewritePattern<CheckOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CheckOp op, PatternRewriter &rewriter) const override {
    if (!matchPattern(op.getOk(), m_One()))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

void CheckOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropChecksThatHold>(context);
}

} // namespace genfuse::gen
