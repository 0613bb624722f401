// Triangular systems, and the parts of matrices that their derivatives are made of.
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

namespace {

/// Substitution row by row: from the first one down, or for the transposed system from the last one up. Each
/// element is that of the right side minus a fold over the elements before it, over that of the diagonal.
class Substitution {
public:
  Substitution(Lowerer &l, const Tensor &matrix, const Tensor &vector, bool transposed)
      : l(l), matrix(matrix), vector(vector), transposed(transposed) {}

  bool varies() const { return matrix.varying || vector.varying; }

  /// All elements in registers, for a static size.
  SmallVector<Scalar> unrolled(int64_t size) {
    SmallVector<Scalar> solved(size);
    auto at = [&](int64_t i) { return Index(l.builder.getIndexAttr(i)); };
    for (int64_t n = 0; n < size; ++n) {
      int64_t i = transposed ? size - 1 - n : n;
      Scalar rest = l.elementAt(vector, {at(i)});
      for (int64_t j = transposed ? i + 1 : 0, end = transposed ? size : i; j < end; ++j)
        rest = minusProduct(rest, entry(at(i), at(j)), solved[j]);
      solved[i] = combine<arith::DivFOp>(rest, entry(at(i), at(i)));
    }
    return solved;
  }

  /// Loops that write the elements to memory and read them there.
  void loops(const View &out) {
    Value size = l.asValue(vector.sizes[0]), one = l.index(1);
    OpBuilder::InsertionGuard guard(l.builder);
    auto rows = scf::ForOp::create(l.builder, l.loc, l.index(0), size, one);
    l.builder.setInsertionPointToStart(rows.getBody());
    Value i = rows.getInductionVar();
    if (transposed)
      i = l.make<arith::SubIOp>(l.make<arith::SubIOp>(size, one), i);
    Value from = transposed ? l.make<arith::AddIOp>(i, one) : l.index(0);
    auto columns = scf::ForOp::create(l.builder, l.loc, from, transposed ? size : i, one,
                                      lift(l.elementAt(vector, {Index(i)})));
    {
      OpBuilder::InsertionGuard inner(l.builder);
      l.builder.setInsertionPointToStart(columns.getBody());
      Index j = columns.getInductionVar();
      Scalar rest{columns.getRegionIterArg(0), varies()};
      scf::YieldOp::create(l.builder, l.loc, minusProduct(rest, entry(i, j), l.load(out, {j})).value);
    }
    l.store(out, {Index(i)}, combine<arith::DivFOp>({columns.getResult(0), varies()}, entry(i, i)));
  }

private:
  Value lift(Scalar scalar) { return varies() ? l.broadcast(scalar) : scalar.value; }
  Scalar entry(Index i, Index j) {
    return transposed ? l.elementAt(matrix, {j, i}) : l.elementAt(matrix, {i, j});
  }
  template <class Op> Scalar combine(Scalar a, Scalar b) { return {l.make<Op>(lift(a), lift(b)), varies()}; }
  Scalar minusProduct(Scalar rest, Scalar a, Scalar b) {
    return combine<arith::SubFOp>(rest, combine<arith::MulFOp>(a, b));
  }

  Lowerer &l;
  Tensor matrix, vector;
  bool transposed;
};

} // namespace

LogicalResult Lowerer::lowerTriangularSolve(gen::TriangularSolveOp op) {
  Substitution substitution(*this, tensor(op.getMatrix()), tensor(op.getVector()), op.getTransposed());
  Tensor held;
  held.sizes = tensor(op.getVector()).sizes;
  held.element = op.getType().getElementType();
  held.varying = substitution.varies();
  std::optional<int64_t> size = staticCount(held.sizes);
  if (size && *size * (*size + 1) / 2 <= 4 * maxRegisters) {
    held.elements = substitution.unrolled(*size);
  } else {
    held.view = allocate(op.getResult(), held.element, held.varying, op);
    if (!held.view)
      return failure();
    substitution.loops(*held.view);
  }
  tensors[op.getResult()] = std::move(held);
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
Scalar Lowerer::whereIndices(arith::CmpIPredicate relation, Index i, Index j, function_ref<Scalar()> value) {
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
  setByElements(op.getResult(), {source.sizes[0]}, source, [this, source](Indices at) {
    return elementAt(source, {at[0], at[0]});
  });
}

void Lowerer::lowerDiagonalMatrix(gen::DiagonalMatrixOp op) {
  Tensor source = tensor(op.getVector());
  setByElements(op.getResult(), {source.sizes[0], source.sizes[0]}, source, [this, source](Indices at) {
    return whereIndices(arith::CmpIPredicate::eq, at[0], at[1], [&] { return elementAt(source, {at[0]}); });
  });
}

} // namespace genfuse::lower
