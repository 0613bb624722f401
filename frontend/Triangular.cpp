// Matrices from rows, and triangular ones.
#include "frontend/Trace.h"

using namespace mlir;

namespace genfuse::detail {

/// The size of a square matrix; an error where sizes are known and differ.
static int64_t squareSize(Here &here, Value matrix, StringRef what) {
  auto type = tensorType(matrix);
  int64_t rows = type.getDimSize(0), columns = type.getDimSize(1);
  if (!ShapedType::isDynamic(rows) && !ShapedType::isDynamic(columns) && rows != columns)
    here.fail(what.str() + " takes a square matrix, got a " + describe(type));
  return ShapedType::isDynamic(rows) ? columns : rows;
}

Node lowerTriangle(const Node &matrix, SourceLocation where) {
  Here here(where);
  return here.node(here.make<gen::LowerTriangleOp>(here.use(matrix)));
}

Node diagonal(const Node &matrix, SourceLocation where) {
  Here here(where);
  Value value = here.use(matrix);
  auto type = RankedTensorType::get({squareSize(here, value, "a diagonal")}, here.builder.getF64Type());
  return here.node(here.make<gen::DiagonalOp>(type, value));
}

Node diagonalMatrix(const Node &vector, SourceLocation where) {
  Here here(where);
  Value value = here.use(vector);
  int64_t size = tensorType(value).getDimSize(0);
  auto type = RankedTensorType::get({size, size}, here.builder.getF64Type());
  return here.node(here.make<gen::DiagonalMatrixOp>(type, value));
}

Node triangularSolve(const Node &matrix, const Node &vector, bool transposed, SourceLocation where) {
  Here here(where);
  Value a = here.use(matrix), b = here.use(vector);
  int64_t size = squareSize(here, a, "a triangular solve"), length = tensorType(b).getDimSize(0);
  if (!ShapedType::isDynamic(size) && !ShapedType::isDynamic(length) && size != length)
    here.fail("sizes differ: " + describe(a.getType()) + " and " + describe(b.getType()));
  return here.node(here.make<gen::TriangularSolveOp>(b.getType(), a, b, transposed));
}

Node fromRows(std::span<const std::vector<Node>> rows, SourceLocation where) {
  Here here(where);
  if (rows.empty() || rows.front().empty())
    here.fail("a matrix from elements has at least one element");
  SmallVector<Value> values;
  for (const std::vector<Node> &row : rows) {
    if (row.size() != rows.front().size())
      here.fail("a matrix has rows of one length, got " + std::to_string(rows.front().size()) + " and " +
                std::to_string(row.size()) + " elements");
    for (const Node &element : row)
      values.push_back(here.use(element));
  }
  auto type =
      RankedTensorType::get({static_cast<int64_t>(rows.size()), static_cast<int64_t>(rows.front().size())},
                            here.builder.getF64Type());
  return here.node(here.make<tensor::FromElementsOp>(type, values));
}

} // namespace genfuse::detail
