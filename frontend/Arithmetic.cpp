// Operators and elementary functions.
#include "frontend/Trace.h"

using namespace mlir;

namespace genfuse::detail {

namespace {

bool isReal(Value value) { return isa<FloatType>(getElementTypeOrSelf(value.getType())); }
bool isUnsigned(Value value) { return getElementTypeOrSelf(value.getType()).isIndex(); }

/// The operations on the IR; operands have one type.
class Algebra : public Here {
public:
  using Here::Here;

  Value add(Value a, Value b) { return either<arith::AddFOp, arith::AddIOp>(a, b); }
  Value subtract(Value a, Value b) { return either<arith::SubFOp, arith::SubIOp>(a, b); }
  Value multiply(Value a, Value b) { return either<arith::MulFOp, arith::MulIOp>(a, b); }
  Value divide(Value a, Value b) { return make<arith::DivFOp>(a, b); }
  Value negate(Value x) { return isReal(x) ? make<arith::NegFOp>(x) : subtract(number(0, x), x); }
  Value choose(Value condition, Value a, Value b) { return make<arith::SelectOp>(condition, a, b); }

  Value compare(Binary operation, Value a, Value b);
  Value isNotNegative(Value x) { return compare(Binary::greaterEqual, x, number(0, x)); }
  /// |x|, max(x, 0) and sigmoid choose the same side at 0, so that derivatives agree there.
  Value abs(Value x) { return choose(isNotNegative(x), x, negate(x)); }
  Value positivePart(Value x) { return choose(isNotNegative(x), x, number(0, x)); }
  Value expOfMinusAbs(Value x) { return make<math::ExpOp>(negate(abs(x))); }
  Value softplus(Value x) { return add(positivePart(x), make<math::Log1pOp>(expOfMinusAbs(x))); }
  /// exp(min(x, 0)) / (1 + exp(-|x|)): nothing overflows, in value or derivative.
  Value sigmoid(Value x);
  Value power(Value x, uint64_t exponent);

  Value apply(Unary operation, Value x);
  Value apply(Binary operation, Value a, Value b);

private:
  template <class RealOp, class IntegerOp> Value either(Value a, Value b) {
    return isReal(a) ? Value(make<RealOp>(a, b)) : Value(make<IntegerOp>(a, b));
  }
};

Value Algebra::compare(Binary operation, Value a, Value b) {
  using F = arith::CmpFPredicate;
  using I = arith::CmpIPredicate;
  auto emit = [&](F real, I isSigned, I isNot) -> Value {
    if (isReal(a))
      return make<arith::CmpFOp>(real, a, b);
    return make<arith::CmpIOp>(isUnsigned(a) ? isNot : isSigned, a, b);
  };
  switch (operation) {
  case Binary::less:
    return emit(F::OLT, I::slt, I::ult);
  case Binary::lessEqual:
    return emit(F::OLE, I::sle, I::ule);
  case Binary::greater:
    return emit(F::OGT, I::sgt, I::ugt);
  case Binary::greaterEqual:
    return emit(F::OGE, I::sge, I::uge);
  case Binary::equal:
    return emit(F::OEQ, I::eq, I::eq);
  default:
    return emit(F::UNE, I::ne, I::ne);
  }
}

Value Algebra::sigmoid(Value x) {
  Value one = number(1, x), small = expOfMinusAbs(x);
  return divide(choose(isNotNegative(x), one, small), add(one, small));
}

Value Algebra::power(Value x, uint64_t exponent) {
  if (exponent == 0)
    return number(1, x);
  if (exponent == 1)
    return x;
  Value half = power(x, exponent / 2);
  Value square = multiply(half, half);
  return exponent % 2 ? multiply(square, x) : square;
}

Value Algebra::apply(Unary operation, Value x) {
  switch (operation) {
  case Unary::negate:
    return negate(x);
  case Unary::exp:
    return make<math::ExpOp>(x);
  case Unary::log:
    return make<math::LogOp>(x);
  case Unary::log1p:
    return make<math::Log1pOp>(x);
  case Unary::expm1:
    return make<math::ExpM1Op>(x);
  case Unary::sqrt:
    return make<math::SqrtOp>(x);
  case Unary::tanh:
    return make<math::TanhOp>(x);
  case Unary::sin:
    return make<math::SinOp>(x);
  case Unary::cos:
    return make<math::CosOp>(x);
  case Unary::abs:
    return abs(x);
  case Unary::sigmoid:
    return sigmoid(x);
  case Unary::logSigmoid:
    return negate(softplus(negate(x)));
  case Unary::softplus:
    return softplus(x);
  case Unary::square:
    return multiply(x, x);
  case Unary::logicalNot:
    return make<arith::XOrIOp>(x, number(1, x));
  }
  llvm_unreachable("every operation is handled");
}

Value Algebra::apply(Binary operation, Value a, Value b) {
  switch (operation) {
  case Binary::add:
    return add(a, b);
  case Binary::subtract:
    return subtract(a, b);
  case Binary::multiply:
    return multiply(a, b);
  case Binary::divide:
    return divide(a, b);
  case Binary::maximum:
    return choose(compare(Binary::greaterEqual, a, b), a, b);
  case Binary::minimum:
    return choose(compare(Binary::lessEqual, a, b), a, b);
  case Binary::logicalAnd:
    return make<arith::AndIOp>(a, b);
  case Binary::logicalOr:
    return make<arith::OrIOp>(a, b);
  default:
    return compare(operation, a, b);
  }
}

/// Sizes that are numbers stay numbers.
std::optional<Node> fold(Binary operation, const Node &a, const Node &b) {
  if (!a.isLiteral() || !b.isLiteral() || a.literalKind() != Kind::size)
    return std::nullopt;
  int64_t x = a.integerLiteral(), y = b.integerLiteral();
  if (operation == Binary::add)
    return Node::ofInteger(x + y, Kind::size);
  if (operation == Binary::subtract)
    return Node::ofInteger(x - y, Kind::size);
  if (operation == Binary::multiply)
    return Node::ofInteger(x * y, Kind::size);
  return std::nullopt;
}

} // namespace

Node unary(Unary operation, const Node &x, SourceLocation where) {
  Algebra here(where, x);
  return here.node(here.apply(operation, here.use(x)));
}

Node binary(Binary operation, const Node &a, const Node &b, SourceLocation where) {
  if (std::optional<Node> known = fold(operation, a, b))
    return *known;
  Algebra here(where, a);
  Value left = here.use(a), right = here.use(b);
  here.unify(left, right);
  return here.node(here.apply(operation, left, right));
}

Node choose(const Node &condition, const Node &a, const Node &b, SourceLocation where) {
  Algebra here(where);
  Value test = here.use(condition), yes = here.use(a), no = here.use(b);
  here.unify(yes, no);
  if (tensorType(test)) {
    // Once with each side, so that the condition, too, has their shape.
    here.unify(yes, test);
    here.unify(no, test);
  }
  return here.node(here.choose(test, yes, no));
}

Node power(const Node &x, int64_t exponent, SourceLocation where) {
  Algebra here(where);
  Value base = here.use(x);
  Value result = here.power(base, exponent < 0 ? 0 - static_cast<uint64_t>(exponent) : exponent);
  return here.node(exponent < 0 ? here.divide(here.number(1, result), result) : result);
}

static Type withElement(Value like, Type element) {
  auto tensor = tensorType(like);
  return tensor ? Type(RankedTensorType::get(tensor.getShape(), element)) : element;
}

Node toReal(const Node &x, SourceLocation where) {
  Here here(where);
  Value value = here.use(x);
  if (value.getType().isIndex())
    value = here.make<arith::IndexCastOp>(here.builder.getI64Type(), value);
  Type type = withElement(value, here.builder.getF64Type());
  if (getElementTypeOrSelf(value.getType()).isInteger(1))
    return here.node(here.make<arith::UIToFPOp>(type, value));
  return here.node(here.make<arith::SIToFPOp>(type, value));
}

Node toInteger(const Node &x, SourceLocation where) {
  Here here(where);
  Value value = here.use(x);
  if (value.getType().isIndex())
    return here.node(here.make<arith::IndexCastOp>(here.builder.getI64Type(), value));
  return here.node(here.make<arith::ExtUIOp>(here.builder.getI64Type(), value));
}

} // namespace genfuse::detail
