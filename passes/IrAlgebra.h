// The algebra in which the records of ir/dist emit IR: each operation creates one or a few ops.
#pragma once

#include "ir/Gen.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <limits>

namespace genfuse {

/// A value with the place where further ops go.
struct Emitted {
  mlir::Value value;
  mlir::OpBuilder *builder;
  mlir::Location loc;

  template <class Op, class... Arguments> Emitted make(Arguments &&...arguments) const {
    return {Op::create(*builder, loc, std::forward<Arguments>(arguments)...).getOperation()->getResult(0),
            builder, loc};
  }
};

struct IrReal : Emitted {
  IrReal(Emitted e) : Emitted(e) {}
};
struct IrBoolean : Emitted {
  IrBoolean(Emitted e) : Emitted(e) {}
};
struct IrInteger : Emitted {
  IrInteger(Emitted e) : Emitted(e) {}
};
struct IrVector : Emitted {
  IrVector(Emitted e) : Emitted(e) {}
};

inline IrReal operator+(const IrReal &a, const IrReal &b) {
  return a.make<mlir::arith::AddFOp>(a.value, b.value);
}
inline IrReal operator-(const IrReal &a, const IrReal &b) {
  return a.make<mlir::arith::SubFOp>(a.value, b.value);
}
inline IrReal operator*(const IrReal &a, const IrReal &b) {
  return a.make<mlir::arith::MulFOp>(a.value, b.value);
}
inline IrReal operator/(const IrReal &a, const IrReal &b) {
  return a.make<mlir::arith::DivFOp>(a.value, b.value);
}
inline IrReal operator-(const IrReal &a) { return a.make<mlir::arith::NegFOp>(a.value); }
inline IrBoolean operator<=(const IrReal &a, const IrReal &b) {
  return a.make<mlir::arith::CmpFOp>(mlir::arith::CmpFPredicate::OLE, a.value, b.value);
}

inline IrBoolean operator<=(const IrInteger &a, const IrInteger &b) {
  return a.make<mlir::arith::CmpIOp>(mlir::arith::CmpIPredicate::sle, a.value, b.value);
}

/// Random variates for one draw. A uniform and a normal may be taken once each; the others come from the
/// draw's own stream, as often as needed.
class IrSource {
public:
  IrSource(gen::DrawOp draw, mlir::OpBuilder &builder) : draw(draw), builder(builder) {}
  IrReal standardNormal() {
    return component ? next("stream_normal", {}) : variate("normal", {}, builder.getF64Type());
  }
  IrReal standardUniform() { return variate("uniform", {}, builder.getF64Type()); }

  /// Gamma variates of scale 1, and their logarithms (which do not underflow); NaN where shape is not
  /// positive.
  IrReal gamma(const IrReal &shape) { return next("gamma", {shape}); }
  IrReal logGamma(const IrReal &shape) { return next("log_gamma", {shape}); }
  IrReal beta(const IrReal &alpha, const IrReal &beta) { return next("beta", {alpha, beta}); }
  /// Whole numbers as reals; NaN where a parameter is outside its domain.
  IrReal poisson(const IrReal &rate) { return next("poisson", {rate}); }
  IrReal binomial(const IrReal &n, const IrReal &p) { return next("binomial", {n, p}); }
  /// One of low .. high, all equally likely; low if high is below.
  IrInteger integer(const IrInteger &low, const IrInteger &high) {
    return variate("integer", {low.value, high.value}, builder.getI64Type(), taken++);
  }

  /// The source of component `index` of a vector value, which may take one variate of the draw's own stream (and no
  /// uniform).
  IrSource ofComponent(mlir::Value index) const {
    IrSource own = *this;
    own.component = index;
    return own;
  }

private:
  IrReal next(llvm::StringRef kind, std::initializer_list<IrReal> parameters) {
    llvm::SmallVector<mlir::Value> values;
    for (const IrReal &parameter : parameters)
      values.push_back(parameter.value);
    return variate(kind, values, builder.getF64Type(), taken++);
  }
  /// The first variate of a draw's own stream is element 0, which needs no operand.
  Emitted variate(llvm::StringRef kind, mlir::ValueRange parameters, mlir::Type type, int64_t element = 0) {
    mlir::Location loc = draw.getLoc();
    mlir::Value number = component;
    assert((!component || element == 0) && "a component takes one variate");
    if (element)
      number = mlir::arith::ConstantIndexOp::create(builder, loc, element);
    auto random = gen::RandomOp::create(builder, loc, type, kind, parameters, draw.getSeed(),
                                        draw.getInstance(), draw.getPosition(), number, draw.getStream());
    return {random, &builder, loc};
  }
  gen::DrawOp draw;
  mlir::OpBuilder &builder;
  mlir::Value component;
  int64_t taken = 0;
};

struct IrAlgebra {
  using Real = IrReal;
  using Boolean = IrBoolean;
  using Integer = IrInteger;
  using Vector = IrVector;
  using Source = IrSource;

  /// A constant; `like` says where it goes.
  static Real real(const Emitted &like, double value) {
    return like.make<mlir::arith::ConstantOp>(like.builder->getF64FloatAttr(value));
  }
  static Real minusInfinity(const Emitted &like) {
    return real(like, -std::numeric_limits<double>::infinity());
  }
  static Real infinity(const Emitted &like) { return real(like, std::numeric_limits<double>::infinity()); }
  static Real exp(const Real &x) { return x.make<mlir::math::ExpOp>(x.value); }
  static Real log(const Real &x) { return x.make<mlir::math::LogOp>(x.value); }
  static Real log1p(const Real &x) { return x.make<mlir::math::Log1pOp>(x.value); }
  static Real sqrt(const Real &x) { return x.make<mlir::math::SqrtOp>(x.value); }
  static Real floor(const Real &x) { return x.make<mlir::math::FloorOp>(x.value); }

  /// Functions of runtime/device/gamma.h and saddle.h, which say what they are good for. Not differentiated:
  /// sinpi and cospi.
  static Real lgamma(const Real &x) { return special("lgamma", {x}); }
  static Real stirling(const Real &n) { return special("stirling", {n}); }
  static Real halfStep(const Real &n) { return special("half_step", {n}); }
  static Real deviance(const Real &n, const Real &y) { return special("deviance", {n, y}); }
  static Real log1pSquare(const Real &z, const Real &n) { return special("log1p_square", {z, n}); }
  static Real sinpi(const Real &x) { return special("sinpi", {x}); }
  static Real cospi(const Real &x) { return special("cospi", {x}); }

  static Real toReal(const Integer &i) {
    return i.make<mlir::arith::SIToFPOp>(i.builder->getF64Type(), i.value);
  }
  /// A whole number >= 0 as an integer, at most 2^62; -1 for negative numbers and NaN, which no count is.
  static Integer toCount(const Real &x) {
    auto bounded = select(x <= real(x, 0x1p62), x, real(x, 0x1p62));
    auto safe = select(notNegative(x), bounded, real(x, -1.0));
    return x.make<mlir::arith::FPToSIOp>(x.builder->getI64Type(), safe.value);
  }
  static Integer integer(const Emitted &like, int64_t value) {
    return like.make<mlir::arith::ConstantOp>(like.builder->getI64IntegerAttr(value));
  }
  static Boolean equal(const Real &a, const Real &b) {
    return a.make<mlir::arith::CmpFOp>(mlir::arith::CmpFPredicate::OEQ, a.value, b.value);
  }
  static Boolean positive(const Real &x) {
    return x.make<mlir::arith::CmpFOp>(mlir::arith::CmpFPredicate::OGT, x.value, real(x, 0.0).value);
  }
  static Boolean notNegative(const Real &x) {
    return x.make<mlir::arith::CmpFOp>(mlir::arith::CmpFPredicate::OGE, x.value, real(x, 0.0).value);
  }
  static Real select(const Boolean &condition, const Real &yes, const Real &no) {
    return yes.make<mlir::arith::SelectOp>(condition.value, yes.value, no.value);
  }
  /// |x| and max(x, 0) choose the same side at 0, so that their derivatives agree there.
  static Real abs(const Real &x) { return select(notNegative(x), x, -x); }
  static Real positivePart(const Real &x) { return select(notNegative(x), x, real(x, 0.0)); }
  static Boolean both(const Boolean &a, const Boolean &b) {
    return a.make<mlir::arith::AndIOp>(a.value, b.value);
  }

  static mlir::Value size(const Vector &v) {
    return mlir::tensor::DimOp::create(*v.builder, v.loc, v.value, 0).getResult();
  }
  static Boolean validIndex(const Vector &v, const Integer &i) {
    auto index = i.make<mlir::arith::IndexCastOp>(v.builder->getIndexType(), i.value);
    // As unsigned numbers negative indices are large.
    return i.make<mlir::arith::CmpIOp>(mlir::arith::CmpIPredicate::ult, index.value, size(v));
  }
  /// v[i], or v[0] where i is out of range.
  static Real element(const Vector &v, const Integer &i) {
    auto index = i.make<mlir::arith::IndexCastOp>(v.builder->getIndexType(), i.value);
    auto zero = i.make<mlir::arith::ConstantIndexOp>(0);
    auto safe = i.make<mlir::arith::SelectOp>(validIndex(v, i).value, index.value, zero.value);
    return v.make<mlir::tensor::ExtractOp>(v.value, mlir::ValueRange{safe.value});
  }
  static Vector exp(const Vector &v) { return v.make<mlir::math::ExpOp>(v.value); }
  /// v + s in each element.
  static Vector shift(const Vector &v, const Real &s) {
    auto type = mlir::cast<mlir::RankedTensorType>(v.value.getType());
    llvm::SmallVector<mlir::Value> sizes;
    if (type.isDynamicDim(0))
      sizes.push_back(size(v));
    auto splat = v.make<mlir::tensor::SplatOp>(type, s.value, sizes);
    return v.make<mlir::arith::AddFOp>(v.value, splat.value);
  }
  static Real detachedMax(const Vector &v) {
    return v.make<gen::ReduceMaxOp>(v.builder->getF64Type(), v.value, /*detached=*/true);
  }
  static Real sum(const Vector &v) {
    return v.make<gen::EinsumOp>(v.builder->getF64Type(), "i->", mlir::ValueRange{v.value});
  }
  static Integer inverseCdf(const Vector &weights, const Real &u) {
    return u.make<gen::InverseCdfOp>(u.builder->getI64Type(), weights.value, u.value);
  }

private:
  static Real special(llvm::StringRef kind, std::initializer_list<Real> operands) {
    llvm::SmallVector<mlir::Value> values;
    for (const Real &operand : operands)
      values.push_back(operand.value);
    return operands.begin()->make<gen::SpecialOp>(values.front().getType(), kind, values);
  }
};

} // namespace genfuse
