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
} // namespace

void TriangularSolveOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ReadWholeMatrix<TriangularSolveOp>>(context);
}
void DiagonalOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ReadWholeMatrix<DiagonalOp>>(context);
}

} // namespace genfuse::gen
