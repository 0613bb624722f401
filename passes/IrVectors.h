// The algebra of vectors and matrices, on top of that of numbers: for records with vector values.
#pragma once

#include "ir/Assembly.h"
#include "passes/IrAlgebra.h"

namespace genfuse {

struct IrMatrix : Emitted {
  IrMatrix(Emitted e) : Emitted(e) {}
};

inline IrVector operator+(const IrVector &a, const IrVector &b) {
  return a.make<mlir::arith::AddFOp>(a.value, b.value);
}
inline IrVector operator-(const IrVector &a, const IrVector &b) {
  return a.make<mlir::arith::SubFOp>(a.value, b.value);
}

struct IrVectorAlgebra : IrAlgebra {
  using Matrix = IrMatrix;
  using IrAlgebra::log;

  static Vector log(const Vector &v) { return v.make<mlir::math::LogOp>(v.value); }
  static Real dot(const Vector &a, const Vector &b) {
    return a.make<gen::EinsumOp>(a.builder->getF64Type(), "i,i->", mlir::ValueRange{a.value, b.value});
  }
  /// The number of elements.
  static Real count(const Vector &v) {
    auto integer = v.make<mlir::arith::IndexCastOp>(v.builder->getI64Type(), size(v));
    return v.make<mlir::arith::SIToFPOp>(v.builder->getF64Type(), integer.value);
  }
  static Vector diagonal(const Matrix &m) {
    auto type = mlir::cast<mlir::RankedTensorType>(m.value.getType());
    auto result = mlir::RankedTensorType::get({type.getDimSize(0)}, type.getElementType());
    return m.make<gen::DiagonalOp>(result, m.value);
  }
  /// L^-1 v and L v, where L is the lower triangle.
  static Vector triangularSolve(const Matrix &lower, const Vector &v) {
    return v.make<gen::TriangularSolveOp>(v.value.getType(), lower.value, v.value, /*transposed=*/false);
  }
  static Vector triangularProduct(const Matrix &lower, const Vector &v) {
    return v.make<gen::TriangularProductOp>(v.value.getType(), lower.value, v.value);
  }

  /// The vector of f(source, v[k]), where each component has a source of its own.
  template <class F> static Vector components(const Source &source, const Vector &v, F f) {
    auto type = mlir::cast<mlir::RankedTensorType>(v.value.getType());
    auto sweep =
        gen::SweepOp::create(*v.builder, v.loc, mlir::TypeRange{type}, size(v), /*numSums=*/0);
    mlir::OpBuilder::InsertionGuard guard(*v.builder);
    v.builder->setInsertionPointToEnd(sweep.getBlock());
    Source component = source.component(sweep.getIndex());
    Real element = v.make<mlir::tensor::ExtractOp>(v.value, mlir::ValueRange{sweep.getIndex()});
    Real value = f(component, element);
    gen::YieldOp::create(*v.builder, v.loc, mlir::ValueRange{value.value});
    return Emitted{sweep.getResult(0), v.builder, v.loc};
  }
};

} // namespace genfuse
