// Verification and simplification of the ops on lower-triangular matrices.
#include "ir/Gen.h"

using namespace mlir;

namespace genfuse::gen {

/// Whether a matrix may be square and as large as a vector.
static LogicalResult verifySquare(Operation *op, Type matrix, Type vector) {
  auto square = cast<RankedTensorType>(matrix);
  int64_t size = cast<RankedTensorType>(vector).getDimSize(0);
  for (int64_t known : square.getShape()) {
    if (ShapedType::isDynamic(size))
      size = known;
    if (!ShapedType::isDynamic(known) && known != size)
      return op->emitOpError("expects a square matrix as large as the vector, got ")
             << matrix << " and " << vector;
  }
  return success();
}

LogicalResult TriangularSolveOp::verify() {
  return verifySquare(*this, getMatrix().getType(), getVector().getType()); // triangular_solve_c1
}
LogicalResult DiagonalOp::verify() {
  return verifySquare(*this, getMatrix().getType(), getType()); // diagonal_c1
}
LogicalResult DiagonalMatrixOp::verify() {
  return verifySquare(*this, getType(), getVector().getType()); // diagonal_matrix_c1
}

OpFoldResult LowerTriangleOp::fold(FoldAdaptor) {
  if (getMatrix().getDefiningOp<LowerTriangleOp>() || getMatrix().getDefiningOp<DiagonalMatrixOp>())
    return getMatrix();
  return {};
}

OpFoldResult DiagonalOp::fold(FoldAdaptor) {
  auto made = getMatrix().getDefiningOp<DiagonalMatrixOp>();
  return made && made.getVector().getType() == getType() ? OpFoldResult(made.getVector()) : OpFoldResult();
}

namespace {
/// What reads the lower triangle only does not need it cut out.
template <class Op> struct ReadWholeMatrix : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    auto triangle = op.getMatrix().template getDefiningOp<LowerTriangleOp>();
    if (!triangle)
      return failure();
    rewriter.modifyOpInPlace(op, [&] { op.getMatrixMutable().assign(triangle.getMatrix()); });
    return success();
  }
};

bool isPart(Value value) {
  return value.getDefiningOp<LowerTriangleOp>() || value.getDefiningOp<DiagonalMatrixOp>();
}

/// The sweep with other sums: `yielded` are their terms, and what the stacks collect.
SweepOp withSums(SweepOp op, PatternRewriter &rewriter, ArrayRef<Type> types, ArrayRef<Value> yielded,
                 int64_t numSums) {
  auto changed = SweepOp::create(rewriter, op.getLoc(), types, op.getLength(), numSums);
  changed.setLanesAttr(op.getLanesAttr());
  changed.setStackLast(op.getStackLast());
  rewriter.modifyOpInPlace(op.getYield(), [&] { op.getYield()->setOperands(yielded); });
  rewriter.inlineRegionBefore(op.getBody(), changed.getBody(), changed.getBody().begin());
  rewriter.eraseBlock(&changed.getBody().back());
  return changed;
}

/// sum (a + b) = sum a + sum b, where one of them is a part of a matrix.
struct SplitSumOfParts : OpRewritePattern<SweepOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SweepOp op, PatternRewriter &rewriter) const override {
    unsigned sums = op.getNumSums(), i = 0;
    arith::AddFOp add;
    for (; i < sums; ++i) {
      add = op.getYield().getOperand(i).getDefiningOp<arith::AddFOp>();
      if (add && (isPart(add.getLhs()) || isPart(add.getRhs())))
        break;
    }
    if (i == sums)
      return failure();
    SmallVector<Type> types(op.getResultTypes());
    SmallVector<Value> yielded(op.getYield().getOperands());
    types.insert(types.begin() + sums, types[i]);
    yielded.insert(yielded.begin() + sums, add.getRhs());
    yielded[i] = add.getLhs();
    SweepOp split = withSums(op, rewriter, types, yielded, sums + 1);
    SmallVector<Value> results(split.getResults());
    results[i] = arith::AddFOp::create(rewriter, add.getLoc(), results[i], results[sums]);
    results.erase(results.begin() + sums);
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// The sum of the parts is the part of the sum: a lower triangle is cut out once, and of a diagonal only the
/// vector is added up. What is left, a product say, is added to the sum where that lies.
struct SumWholeMatrices : OpRewritePattern<SweepOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SweepOp op, PatternRewriter &rewriter) const override {
    unsigned i = 0;
    while (i < op.getNumSums() && !isPart(op.getYield().getOperand(i)))
      ++i;
    if (i == op.getNumSums())
      return failure();
    Operation *part = op.getYield().getOperand(i).getDefiningOp();
    Value whole = part->getOperand(0);
    SmallVector<Type> types(op.getResultTypes());
    SmallVector<Value> yielded(op.getYield().getOperands());
    Type type = types[i];
    types[i] = whole.getType();
    yielded[i] = whole;
    SweepOp summed = withSums(op, rewriter, types, yielded, op.getNumSums());
    SmallVector<Value> results(summed.getResults());
    if (isa<LowerTriangleOp>(part))
      results[i] = LowerTriangleOp::create(rewriter, part->getLoc(), results[i]);
    else
      results[i] = DiagonalMatrixOp::create(rewriter, part->getLoc(), type, results[i]);
    rewriter.replaceOp(op, results);
    return success();
  }
};
} // namespace

void LowerTriangleOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SplitSumOfParts, SumWholeMatrices>(context);
}

void TriangularSolveOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ReadWholeMatrix<TriangularSolveOp>>(context);
}
void DiagonalOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ReadWholeMatrix<DiagonalOp>>(context);
}

} // namespace genfuse::gen
