// Triangular systems and products, and the parts of matrices that their derivatives are made of.
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

namespace {

/// Row by row: each result element is a start, a fold over a part of a row, and an end. The order of the
/// additions is that of the columns in every form, so that draws have the same bits everywhere.
class RowByRow {
public:
  RowByRow(Lowerer &l, const Tensor &matrix, const Tensor &vector, bool solves, bool transposed)
      : l(l), matrix(matrix), vector(vector), solves(solves), transposed(transposed) {}

  bool varies() const { return matrix.varying || vector.varying; }

  /// All elements in registers, for a static size.
  SmallVector<Scalar> unrolled(int64_t size) {
    SmallVector<Scalar> results(size);
    auto at = [&](int64_t i) { return Index(l.builder.getIndexAttr(i)); };
    for (int64_t n = 0; n < size; ++n) {
      int64_t i = transposed ? size - 1 - n : n;
      Scalar sum = start(at(i));
      for (int64_t j = transposed ? i + 1 : 0, end = transposed ? size : solves ? i : i + 1; j < end; ++j)
        sum = step(sum, at(i), at(j), solves ? results[j] : l.elementAt(vector, {at(j)}));
      results[i] = finish(sum, at(i));
    }
    return results;
  }

  /// Loops that write the elements to memory.
  void loops(const View &out) {
    Value size = l.asValue(vector.sizes[0]), one = l.index(1);
    OpBuilder::InsertionGuard guard(l.builder);
    auto rows = scf::ForOp::create(l.builder, l.loc, l.index(0), size, one);
    l.builder.setInsertionPointToStart(rows.getBody());
    Value i = rows.getInductionVar();
    if (transposed)
      i = l.make<arith::SubIOp>(l.make<arith::SubIOp>(size, one), i);
    Value next = l.make<arith::AddIOp>(i, one);
    Value first = lift(start(i));
    auto columns = scf::ForOp::create(l.builder, l.loc, transposed ? next : l.index(0),
                                      transposed ? size : solves ? i : next, one, first);
    {
      OpBuilder::InsertionGuard inner(l.builder);
      l.builder.setInsertionPointToStart(columns.getBody());
      Index j = columns.getInductionVar();
      Scalar other = solves ? l.load(out, {j}) : l.elementAt(vector, {j});
      Scalar sum = step({columns.getRegionIterArg(0), varies()}, i, j, other);
      scf::YieldOp::create(l.builder, l.loc, lift(sum));
    }
    l.store(out, {Index(i)}, finish({columns.getResult(0), varies()}, i));
  }

private:
  Value lift(Scalar scalar) { return varies() ? l.broadcast(scalar) : scalar.value; }
  Scalar entry(Index i, Index j) {
    return transposed ? l.elementAt(matrix, {j, i}) : l.elementAt(matrix, {i, j});
  }
  template <class Op> Scalar combine(Scalar a, Scalar b) { return {l.make<Op>(lift(a), lift(b)), varies()}; }

  Scalar start(Index i) { return solves ? l.elementAt(vector, {i}) : Scalar{l.number(0.0, vector.element)}; }
  Scalar step(Scalar sum, Index i, Index j, Scalar other) {
    Scalar product = combine<arith::MulFOp>(entry(i, j), other);
    return solves ? combine<arith::SubFOp>(sum, product) : combine<arith::AddFOp>(sum, product);
  }
  Scalar finish(Scalar sum, Index i) { return solves ? combine<arith::DivFOp>(sum, entry(i, i)) : sum; }

  Lowerer &l;
  Tensor matrix, vector;
  bool solves, transposed;
};

} // namespace

LogicalResult Lowerer::lowerTriangular(Operation *op, bool solves, bool transposed) {
  RowByRow rows(*this, tensor(op->getOperand(0)), tensor(op->getOperand(1)), solves, transposed);
  Value result = op->getResult(0);
  Tensor held;
  held.sizes = tensor(op->getOperand(1)).sizes;
  held.element = getElementTypeOrSelf(result.getType());
  held.varying = rows.varies();
  std::optional<int64_t> size = staticCount(held.sizes);
  if (size && *size * (*size + 1) / 2 <= 4 * maxRegisters) {
    held.elements = rows.unrolled(*size);
    tensors[result] = std::move(held);
    return success();
  }
  std::optional<View> out = allocate(result, held.element, held.varying, op);
  if (!out)
    return failure();
  rows.loops(*out);
  held.view = out;
  tensors[result] = std::move(held);
  return success();
}

/// A tensor whose elements are read off another: in registers if it is small, otherwise a rule.
void Lowerer::setByElements(Value result, SmallVector<Index> sizes, const Tensor &source,
                            std::function<Scalar(Indices)> element) {
  Tensor held;
  held.sizes = std::move(sizes);
  held.element = source.element;
  held.varying = source.varying;
  held.cost = source.cost + 1;
  std::optional<int64_t> count = staticCount(held.sizes);
  if (count && *count <= maxRegisters) {
    held.elements.emplace();
    forEachIndex(held.sizes, [&](Indices at) { held.elements->push_back(element(at)); });
  } else {
    held.rule = std::move(element);
  }
  set(result, std::move(held));
}

/// `value` where the relation of two indices holds, zero elsewhere.
Scalar Lowerer::whereIndices(arith::CmpIPredicate relation, Index i, Index j,
                             function_ref<Scalar()> value) {
  auto known = [](Index index) { return getConstantIntValue(index); };
  if (known(i) && known(j)) {
    bool holds = arith::applyCmpPredicate(relation, APInt(64, *known(i)), APInt(64, *known(j)));
    if (holds)
      return value();
  }
  Scalar inside = value();
  Scalar zero{number(0.0, getElementTypeOrSelf(inside.value.getType()))};
  if (known(i) && known(j))
    return zero;
  Value holds = make<arith::CmpIOp>(relation, asValue(i), asValue(j));
  Value other = inside.varying ? broadcast(zero) : zero.value;
  return {make<arith::SelectOp>(holds, inside.value, other), inside.varying};
}

void Lowerer::lowerLowerTriangle(gen::LowerTriangleOp op) {
  Tensor source = tensor(op.getMatrix());
  setByElements(op.getResult(), source.sizes, source, [this, source](Indices at) {
    return whereIndices(arith::CmpIPredicate::uge, at[0], at[1], [&] { return elementAt(source, at); });
  });
}

void Lowerer::lowerDiagonal(gen::DiagonalOp op) {
  Tensor source = tensor(op.getMatrix());
  setByElements(op.getResult(), {source.sizes[0]}, source,
                [this, source](Indices at) { return elementAt(source, {at[0], at[0]}); });
}

void Lowerer::lowerDiagonalMatrix(gen::DiagonalMatrixOp op) {
  Tensor source = tensor(op.getVector());
  setByElements(op.getResult(), {source.sizes[0], source.sizes[0]}, source, [this, source](Indices at) {
    return whereIndices(arith::CmpIPredicate::eq, at[0], at[1],
                        [&] { return elementAt(source, {at[0]}); });
  });
}

} // namespace genfuse::lower
