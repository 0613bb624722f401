#include "passes/AdjointRules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/SliceDims.h"
#include <numbers>

using namespace mlir;

namespace genfuse {

namespace {

class Rules {
public:
  Rules(Cotangent g, Emitter &emit, Adjoints &adjoints, function_ref<bool(Value)> isActive)
      : g(g), emit(emit), adjoints(adjoints), isActive(isActive) {}

  LogicalResult apply(Operation *op);

private:
  /// Adds the contribution that `make` emits, if the operand is active.
  template <class F> void contribute(Value operand, F &&make) {
    if (isActive(operand))
      adjoints.add(emit, {operand, {}}, {make(), Value()});
  }
  /// The same for a contribution g * derivative, which stays zero where g is guarded off.
  template <class F> void contributeScaled(Value operand, F &&make) {
    if (!isActive(operand))
      return;
    Value product = make();
    Value guard = g.guard && fits(g.guard.getType(), product.getType()) ? g.guard : Value();
    if (guard)
      product = emit.make<arith::SelectOp>(guard, product, emit.fill(0.0, product));
    adjoints.add(emit, {operand, {}}, {product, guard});
  }
  /// A guard holds for a value if it is one flag, or one per element.
  static bool fits(Type guard, Type value) {
    auto flags = dyn_cast<RankedTensorType>(guard);
    auto elements = dyn_cast<RankedTensorType>(value);
    return !flags || (elements && flags.getShape() == elements.getShape());
  }
  /// The same where the elements of g mix: flags of single elements of g say nothing of the product's.
  template <class F> void contributeMixed(Value operand, F &&make) {
    if (g.guard && isa<RankedTensorType>(g.guard.getType()))
      return contribute(operand, make);
    contributeScaled(operand, make);
  }
  void linear(Value operand, Value value) {
    if (isActive(operand))
      adjoints.add(emit, {operand, {}}, {value, g.guard});
  }

  Value times(Value a, Value b) { return emit.multiply(a, b); }
  Value over(Value a, Value b) { return emit.make<arith::DivFOp>(a, b); }
  Value negative(Value a) { return emit.make<arith::NegFOp>(a); }
  Value number(double value, Value model) { return emit.fill(value, model); }

  void select(arith::SelectOp op);
  void einsum(gen::EinsumOp op);
  void reduceMax(gen::ReduceMaxOp op);
  void triangularSolve(gen::TriangularSolveOp op);
  void fromElements(tensor::FromElementsOp op);
  LogicalResult slice(tensor::ExtractSliceOp op);
  bool elementary(Operation *op);
  LogicalResult special(gen::SpecialOp op);

  Cotangent g;
  Emitter &emit;
  Adjoints &adjoints;
  function_ref<bool(Value)> isActive;
};

void Rules::select(arith::SelectOp op) {
  Value zero = number(0.0, op.getTrueValue());
  Value condition = op.getCondition();
  // A branch counts where it was taken and the select itself does.
  auto both = [&](Value flag) {
    return g.guard && g.guard.getType() == flag.getType() ? emit.make<arith::AndIOp>(g.guard, flag) : flag;
  };
  if (isActive(op.getTrueValue()))
    adjoints.add(emit, {op.getTrueValue(), {}},
                 {emit.make<arith::SelectOp>(condition, g.value, zero), both(condition)});
  if (!isActive(op.getFalseValue()))
    return;
  Value yes = emit.splat(emit.make<arith::ConstantOp>(emit.builder.getBoolAttr(true)), condition);
  Value otherwise = emit.make<arith::XOrIOp>(condition, yes);
  adjoints.add(emit, {op.getFalseValue(), {}},
               {emit.make<arith::SelectOp>(condition, zero, g.value), both(otherwise)});
}

/// The cotangent of operand k is the einsum of g and the other operands onto k's letters; a letter that only
/// operand k has is broadcast by ones.
void Rules::einsum(gen::EinsumOp op) {
  for (unsigned k = 0; k < op.getNumOperands(); ++k) {
    Value operand = op.getOperand(k);
    contributeMixed(operand, [&] {
      StringRef letters = op.getLetters(k);
      std::string spec = op.getResultLetters().str();
      SmallVector<Value> operands{g.value};
      for (unsigned i = 0; i < op.getNumOperands(); ++i) {
        if (i == k)
          continue;
        spec += "," + op.getLetters(i).str();
        operands.push_back(op.getOperand(i));
      }
      std::string known = spec;
      for (auto [d, letter] : llvm::enumerate(letters)) {
        if (known.find(letter) != std::string::npos)
          continue;
        auto type = cast<RankedTensorType>(operand.getType());
        SmallVector<Value> sizes;
        if (type.isDynamicDim(d))
          sizes.push_back(emit.make<tensor::DimOp>(operand, d));
        auto row = RankedTensorType::get({type.getDimSize(d)}, type.getElementType());
        Value one = emit.constant(1.0, type.getElementType());
        operands.push_back(emit.make<tensor::SplatOp>(row, one, sizes));
        spec += std::string(",") + letter;
      }
      return emit.einsum(spec + "->" + letters.str(), operands, operand.getType());
    });
  }
}

/// Shared equally among the largest elements (as torch.amax does); none where it is detached.
void Rules::reduceMax(gen::ReduceMaxOp op) {
  if (op.getDetached())
    return;
  contributeScaled(op.getOperand(), [&] {
    Value x = op.getOperand();
    Value largest = emit.make<arith::CmpFOp>(arith::CmpFPredicate::OEQ, x, emit.splat(op.getResult(), x));
    Value zeros = emit.fill(0.0, x);
    Value ones = emit.make<arith::SelectOp>(largest, emit.fill(1.0, x), zeros);
    Value count = emit.einsum("i->", ones, op.getType());
    return emit.make<arith::SelectOp>(largest, emit.splat(over(g.value, count), x), zeros);
  });
}

/// L y = b: the cotangent of b is v = L'^-1 g, that of L the lower triangle of -v y'. L' y = b: v = L^-1 g
/// and -y v'.
void Rules::triangularSolve(gen::TriangularSolveOp op) {
  Value y = op.getResult();
  Value v = emit.make<gen::TriangularSolveOp>(y.getType(), op.getMatrix(), g.value, !op.getTransposed());
  contributeMixed(op.getVector(), [&] { return v; });
  contributeMixed(op.getMatrix(), [&] {
    Value rows = op.getTransposed() ? y : negative(v), columns = op.getTransposed() ? negative(v) : y;
    Type type = op.getMatrix().getType();
    return emit.make<gen::LowerTriangleOp>(emit.einsum("i,j->ij", {rows, columns}, type));
  });
}

void Rules::fromElements(tensor::FromElementsOp op) {
  auto type = cast<RankedTensorType>(op.getType());
  for (auto [n, element] : llvm::enumerate(op.getElements())) {
    if (!isActive(element))
      continue;
    SmallVector<Value> indices(type.getRank());
    int64_t rest = n;
    for (int64_t d = type.getRank() - 1; d >= 0; --d) {
      indices[d] = emit.make<arith::ConstantIndexOp>(rest % type.getDimSize(d));
      rest /= type.getDimSize(d);
    }
    adjoints.add(emit, {element, {}}, {emit.make<tensor::ExtractOp>(g.value, indices), Value()});
  }
}

/// A slice takes single indices of some dimensions and the whole of the others.
LogicalResult Rules::slice(tensor::ExtractSliceOp op) {
  if (!isActive(op.getSource()))
    return success();
  Place place{op.getSource(), {}};
  llvm::SmallBitVector dropped = droppedDims(op);
  for (int64_t d = 0; d < op.getSourceType().getRank(); ++d) {
    OpFoldResult offset = op.getMixedOffsets()[d];
    if (dropped.test(d)) {
      auto value = dyn_cast<Value>(offset);
      place.indices.push_back(
          value ? value
                : emit.make<arith::ConstantIndexOp>(cast<IntegerAttr>(cast<Attribute>(offset)).getInt()));
      continue;
    }
    const int64_t whole = op.getSourceType().getDimSize(d);
    std::optional<int64_t> size = getConstantIntValue(op.getMixedSizes()[d]);
    const bool isNarrower = size && !ShapedType::isDynamic(whole) && *size != whole;
    if (!isConstantIntValue(offset, 0) || isNarrower || !isConstantIntValue(op.getMixedStrides()[d], 1))
      return op.emitOpError("has no derivative: only whole rows and columns are differentiated");
    place.indices.push_back(Value());
  }
  adjoints.add(emit, place, {g.value, g.guard});
  return success();
}

/// Elementary functions and arithmetic, on scalars and elementwise.
bool Rules::elementary(Operation *op) {
  Value r = op->getResult(0);
  Value x = op->getNumOperands() ? op->getOperand(0) : Value();
  Value y = op->getNumOperands() > 1 ? op->getOperand(1) : Value();
  auto scaled = [&](auto make) { contributeScaled(x, make); };
  return TypeSwitch<Operation *, bool>(op)
      .Case([&](arith::AddFOp) { return linear(x, g.value), linear(y, g.value), true; })
      .Case([&](arith::SubFOp) {
        linear(x, g.value);
        if (isActive(y))
          linear(y, negative(g.value));
        return true;
      })
      .Case([&](arith::NegFOp) { return linear(x, negative(g.value)), true; })
      .Case([&](arith::MulFOp) {
        if (x == y)
          return scaled([&] { return times(times(g.value, number(2.0, x)), x); }), true;
        scaled([&] { return times(g.value, y); });
        contributeScaled(y, [&] { return times(g.value, x); });
        return true;
      })
      .Case([&](arith::DivFOp) {
        scaled([&] { return over(g.value, y); });
        contributeScaled(y, [&] { return negative(over(times(g.value, r), y)); });
        return true;
      })
      .Case([&](math::ExpOp) { return scaled([&] { return times(g.value, r); }), true; })
      .Case([&](math::LogOp) { return scaled([&] { return over(g.value, x); }), true; })
      .Case([&](math::Log1pOp) {
        return scaled([&] { return over(g.value, emit.add(number(1.0, x), x)); }), true;
      })
      .Case([&](math::ExpM1Op) {
        return scaled([&] { return times(g.value, emit.add(r, number(1.0, x))); }), true;
      })
      .Case(
          [&](math::SqrtOp) { return scaled([&] { return over(times(g.value, number(0.5, x)), r); }), true; })
      .Case([&](math::TanhOp) {
        return scaled([&] { return times(g.value, emit.make<arith::SubFOp>(number(1.0, x), times(r, r))); }),
               true;
      })
      .Case([&](math::SinOp) {
        return scaled([&] { return times(g.value, emit.make<math::CosOp>(x)); }), true;
      })
      .Case([&](math::CosOp) {
        return scaled([&] { return negative(times(g.value, emit.make<math::SinOp>(x))); }), true;
      })
      .Case([&](math::AbsFOp) {
        return scaled([&] {
                 Value positive = emit.make<arith::CmpFOp>(arith::CmpFPredicate::OGE, x, number(0.0, x));
                 return emit.make<arith::SelectOp>(positive, g.value, negative(g.value));
               }),
               true;
      })
      .Default([](Operation *) { return false; });
}

/// Functions of the device library. At n = 0 = y the derivative of the deviance in y is its limit, 1.
LogicalResult Rules::special(gen::SpecialOp op) {
  StringRef kind = op.getKind();
  ValueRange operands = op.getOperands();
  Value x = operands[0], y = operands.back();
  auto slope = [&](StringRef name) {
    return times(g.value, emit.make<gen::SpecialOp>(op.getType(), name, operands));
  };
  if (kind == "lgamma") {
    contributeScaled(x, [&] { return slope("digamma"); });
  } else if (kind == "stirling" || kind == "half_step") {
    contributeScaled(x, [&] { return slope((kind + "_slope").str()); });
  } else if (kind == "deviance") {
    contributeScaled(x, [&] { return slope("deviance_slope"); });
    contributeScaled(y, [&] {
      Value none = emit.make<arith::CmpFOp>(arith::CmpFPredicate::OEQ, x, number(0.0, x));
      Value quotient = over(emit.make<arith::SubFOp>(y, x), y);
      return times(g.value, emit.make<arith::SelectOp>(none, number(1.0, x), quotient));
    });
  } else if (kind == "log1p_square") {
    // 2 / (z + n / z) and -(z / (z + n / z)) / n: no square that could overflow.
    Value both = emit.add(x, over(y, x));
    contributeScaled(x, [&] { return times(g.value, over(number(2.0, x), both)); });
    contributeScaled(y, [&] { return negative(times(g.value, over(over(x, both), y))); });
  } else {
    return op.emitOpError() << "has no derivative: '" << kind << "' is not differentiated";
  }
  return success();
}

LogicalResult Rules::apply(Operation *op) {
  if (elementary(op))
    return success();
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](arith::SelectOp o) { return select(o), success(); })
      .Case([&](gen::CountedOp o) { return linear(o.getValue(), g.value), success(); })
      .Case([&](gen::EinsumOp o) { return einsum(o), success(); })
      .Case([&](gen::ReduceMaxOp o) { return reduceMax(o), success(); })
      .Case([&](gen::SpecialOp o) { return special(o); })
      .Case([&](gen::TriangularSolveOp o) { return triangularSolve(o), success(); })
      .Case([&](gen::LowerTriangleOp o) {
        contribute(o.getMatrix(), [&] { return emit.make<gen::LowerTriangleOp>(g.value); });
        return success();
      })
      .Case([&](gen::DiagonalOp o) {
        contribute(o.getMatrix(),
                   [&] { return emit.make<gen::DiagonalMatrixOp>(o.getMatrix().getType(), g.value); });
        return success();
      })
      .Case([&](gen::DiagonalMatrixOp o) {
        contribute(o.getVector(),
                   [&] { return emit.make<gen::DiagonalOp>(o.getVector().getType(), g.value); });
        return success();
      })
      .Case([&](tensor::FromElementsOp o) { return fromElements(o), success(); })
      .Case([&](tensor::ExtractSliceOp o) { return slice(o); })
      .Case([&](tensor::ExtractOp o) {
        if (isActive(o.getTensor()))
          adjoints.add(emit, {o.getTensor(), SmallVector<Value>(o.getIndices())}, g);
        return success();
      })
      .Case([&](tensor::SplatOp o) {
        std::string letters =
            std::string("abcdefgh").substr(0, cast<RankedTensorType>(o.getType()).getRank());
        contribute(o.getInput(),
                   [&] { return emit.einsum(letters + "->", g.value, o.getInput().getType()); });
        return success();
      })
      .Case([&](gen::OneHotOp o) {
        contribute(o.getValue(), [&] { return emit.make<tensor::ExtractOp>(g.value, o.getIndices()); });
        return success();
      })
      .Default([](Operation *other) {
        return other->emitOpError(
            "has no derivative rule; see docs/language.md for what can be differentiated");
      });
}

} // namespace

LogicalResult propagate(Operation *op, Cotangent g, Emitter &emit, Adjoints &adjoints,
                        function_ref<bool(Value)> isActive) {
  return Rules(g, emit, adjoints, isActive).apply(op);
}

} // namespace genfuse
