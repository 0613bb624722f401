// The algebra of vectors and matrices, on top of that of numbers: for records with vector values.
#pragma once

#include "ir/Assembly.h"
#include "passes/IrAlgebra.h"

namespace genfuse {

struct IrMatrix : Emitted {
  IrMatrix(Emitted e) : Emitted(e) {}
};

/// One truth value an element.
struct IrFlags : Emitted {
  IrFlags(Emitted e) : Emitted(e) {}
};

inline IrVector operator+(const IrVector &a, const IrVector &b) {
  return a.make<mlir::arith::AddFOp>(a.value, b.value);
}
inline IrVector operator-(const IrVector &a, const IrVector &b) {
  return a.make<mlir::arith::SubFOp>(a.value, b.value);
}

/// Operations on vectors are elementwise.
struct IrVectorAlgebra : IrAlgebra {
  using Matrix = IrMatrix;
  using IrAlgebra::deviance;
  using IrAlgebra::equal;
  using IrAlgebra::log;
  using IrAlgebra::positive;
  using IrAlgebra::select;
  using IrAlgebra::stirling;
  using IrAlgebra::sum;

  /// A vector as long as `like` of which every element is a number.
  static Vector fill(const Vector &like, const Real &number) {
    auto type = mlir::cast<mlir::RankedTensorType>(like.value.getType());
    llvm::SmallVector<mlir::Value> sizes;
    if (type.isDynamicDim(0))
      sizes.push_back(size(like));
    return like.make<mlir::tensor::SplatOp>(type, number.value, sizes);
  }
  static Vector fill(const Vector &like, double number) { return fill(like, real(like, number)); }
  static Vector scale(const Vector &v, const Real &factor) {
    return v.make<mlir::arith::MulFOp>(v.value, fill(v, factor).value);
  }
  static Vector over(const Vector &v, const Real &divisor) {
    return v.make<mlir::arith::DivFOp>(v.value, fill(v, divisor).value);
  }
  static Vector log(const Vector &v) { return v.make<mlir::math::LogOp>(v.value); }
  static Vector stirling(const Vector &n) { return special("stirling", {n}); }
  static Vector deviance(const Vector &n, const Vector &y) { return special("deviance", {n, y}); }
  static Vector atLeastNormal(const Vector &v) { return special("at_least_normal", {v}); }

  static IrFlags less(const Vector &a, const Vector &b) {
    return a.make<mlir::arith::CmpFOp>(mlir::arith::CmpFPredicate::OLT, a.value, b.value);
  }
  static IrFlags lessOrEqual(const Vector &a, const Vector &b) {
    return a.make<mlir::arith::CmpFOp>(mlir::arith::CmpFPredicate::OLE, a.value, b.value);
  }
  static IrFlags equal(const Vector &a, const Vector &b) {
    return a.make<mlir::arith::CmpFOp>(mlir::arith::CmpFPredicate::OEQ, a.value, b.value);
  }
  static Vector select(const IrFlags &flags, const Vector &yes, const Vector &no) {
    return yes.make<mlir::arith::SelectOp>(flags.value, yes.value, no.value);
  }

  /// The number of elements.
  static Real count(const Vector &v) {
    auto integer = v.make<mlir::arith::IndexCastOp>(v.builder->getI64Type(), size(v));
    return v.make<mlir::arith::SIToFPOp>(v.builder->getF64Type(), integer.value);
  }
  static Real dot(const Vector &a, const Vector &b) {
    return a.make<gen::EinsumOp>(a.builder->getF64Type(), "i,i->", mlir::ValueRange{a.value, b.value});
  }
  /// The sum in the order of the elements, for samplers: the same bits under every mapping.
  static Real orderedSum(const Vector &v) {
    return v.make<gen::EinsumOp>(v.builder->getF64Type(), "i->", mlir::ValueRange{v.value}, /*ordered=*/true);
  }
  static Vector diagonal(const Matrix &m) {
    auto type = mlir::cast<mlir::RankedTensorType>(m.value.getType());
    auto result = mlir::RankedTensorType::get({type.getDimSize(0)}, type.getElementType());
    return m.make<gen::DiagonalOp>(result, m.value);
  }
  /// L^-1 v, where L is the lower triangle.
  static Vector triangularSolve(const Matrix &lower, const Vector &v) {
    return v.make<gen::TriangularSolveOp>(v.value.getType(), lower.value, v.value, /*transposed=*/false);
  }
  /// L v, added in order as in `orderedSum`.
  static Vector triangularProduct(const Matrix &lower, const Vector &v) {
    auto triangle = lower.make<gen::LowerTriangleOp>(lower.value);
    return v.make<gen::EinsumOp>(v.value.getType(), "ij,j->i", mlir::ValueRange{triangle.value, v.value},
                                 /*ordered=*/true);
  }

  /// The vector of f(source, v[k]), where each component has a source of its own.
  template <class F> static Vector components(const Source &source, const Vector &v, F f) {
    auto type = mlir::cast<mlir::RankedTensorType>(v.value.getType());
    auto sweep = gen::SweepOp::create(*v.builder, v.loc, mlir::TypeRange{type}, size(v), /*numSums=*/0);
    mlir::OpBuilder::InsertionGuard guard(*v.builder);
    v.builder->setInsertionPointToEnd(sweep.getBlock());
    Source component = source.ofComponent(sweep.getIndex());
    Real element = v.make<mlir::tensor::ExtractOp>(v.value, mlir::ValueRange{sweep.getIndex()});
    Real value = f(component, element);
    gen::YieldOp::create(*v.builder, v.loc, mlir::ValueRange{value.value});
    return Emitted{sweep.getResult(0), v.builder, v.loc};
  }

private:
  static Vector special(llvm::StringRef kind, std::initializer_list<Vector> operands) {
    llvm::SmallVector<mlir::Value> values;
    for (const Vector &operand : operands)
      values.push_back(operand.value);
    return operands.begin()->make<gen::SpecialOp>(values.front().getType(), kind, values);
  }
};

} // namespace genfuse
