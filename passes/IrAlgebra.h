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

/// Standard random variates for one draw.
class IrSource {
public:
  IrSource(gen::DrawOp draw, mlir::OpBuilder &builder) : draw(draw), builder(builder) {}
  IrReal standardNormal() { return variate("normal"); }
  IrReal standardUniform() { return variate("uniform"); }
  /// The source of one component of a vector: TEMPORARY
  IrSource component(mlir::Value index) const {
    IrSource own = *this;
    own.element = index;
    return own;
  }

private:
  IrReal variate(llvm::StringRef kind) {
    llvm::SmallVector<mlir::Value> position(draw.getPosition());
    if (element)
      position.push_back(element);
    auto random = gen::RandomOp::create(builder, draw.getLoc(), builder.getF64Type(), kind, draw.getSeed(),
                                        draw.getInstance(), position, draw.getStream());
    return Emitted{random, &builder, draw.getLoc()};
  }
  gen::DrawOp draw;
  mlir::OpBuilder &builder;
  mlir::Value element;
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
  static Real exp(const Real &x) { return x.make<mlir::math::ExpOp>(x.value); }
  static Real log(const Real &x) { return x.make<mlir::math::LogOp>(x.value); }
  static Real log1p(const Real &x) { return x.make<mlir::math::Log1pOp>(x.value); }
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
};

} // namespace genfuse
