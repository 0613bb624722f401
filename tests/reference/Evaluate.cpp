#include "tests/reference/Evaluate.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "runtime/Error.h"
#include <map>

using namespace mlir;

namespace genfuse::reference {

namespace {

double asDouble(Attribute attribute) {
  if (auto real = dyn_cast<FloatAttr>(attribute))
    return real.getValueAsDouble();
  auto integer = cast<IntegerAttr>(attribute);
  return integer.getType().isInteger(1) ? integer.getValue().getBoolValue() : integer.getInt();
}

Tensor constant(arith::ConstantOp op) {
  auto dense = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!dense)
    return asDouble(op.getValue());
  Tensor result(dense.getType().getShape().vec(), std::vector<Number>{});
  for (Attribute element : dense.getValues<Attribute>())
    result.elements.push_back(asDouble(element));
  return result;
}

/// f of the elements of all operands; a scalar counts for every element (the condition of a select).
template <class F> Tensor elementwise(const std::vector<Tensor> &operands, F f) {
  const Tensor *shaped = &operands[0];
  for (const Tensor &operand : operands)
    if (!operand.shape.empty())
      shaped = &operand;
  Tensor result(shaped->shape, Number());
  for (size_t i = 0; i < result.elements.size(); ++i) {
    std::vector<Number> x;
    for (const Tensor &operand : operands)
      x.push_back(operand.shape.empty() ? operand.scalar() : operand.elements.at(i));
    result.elements[i] = f(x);
  }
  return result;
}

bool compare(arith::CmpFPredicate predicate, double a, double b) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OEQ:
    return a == b;
  case P::UNE:
    return a != b;
  default:
    throw Error("the reference does not know the comparison '" + stringifyCmpFPredicate(predicate).str() +
                "'");
  }
}

bool compare(arith::CmpIPredicate predicate, int64_t a, int64_t b) {
  using P = arith::CmpIPredicate;
  uint64_t ua = a, ub = b;
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
    return a < b;
  case P::sle:
    return a <= b;
  case P::sgt:
    return a > b;
  case P::sge:
    return a >= b;
  case P::ult:
    return ua < ub;
  case P::ule:
    return ua <= ub;
  case P::ugt:
    return ua > ub;
  case P::uge:
    return ua >= ub;
  }
  llvm_unreachable("every comparison is handled");
}

double bits(Operation *op, double a, double b) {
  int64_t x = static_cast<int64_t>(a), y = static_cast<int64_t>(b);
  if (isa<arith::AndIOp>(op))
    return static_cast<double>(x & y);
  if (isa<arith::OrIOp>(op))
    return static_cast<double>(x | y);
  return static_cast<double>(x ^ y);
}

/// Elementary functions and arithmetic, element by element.
std::optional<Tensor> elementary(Operation *op, const std::vector<Tensor> &operands) {
  using Numbers = const std::vector<Number> &;
  auto each = [&](auto f) -> std::optional<Tensor> { return elementwise(operands, f); };
  return llvm::TypeSwitch<Operation *, std::optional<Tensor>>(op)
      .Case<arith::AddFOp, arith::AddIOp>([&](auto) { return each([](Numbers x) { return x[0] + x[1]; }); })
      .Case<arith::SubFOp, arith::SubIOp>([&](auto) { return each([](Numbers x) { return x[0] - x[1]; }); })
      .Case<arith::MulFOp, arith::MulIOp>([&](auto) { return each([](Numbers x) { return x[0] * x[1]; }); })
      .Case([&](arith::DivFOp) { return each([](Numbers x) { return x[0] / x[1]; }); })
      .Case([&](arith::NegFOp) { return each([](Numbers x) { return -x[0]; }); })
      .Case([&](math::ExpOp) { return each([](Numbers x) { return exp(x[0]); }); })
      .Case([&](math::ExpM1Op) { return each([](Numbers x) { return expm1(x[0]); }); })
      .Case([&](math::LogOp) { return each([](Numbers x) { return log(x[0]); }); })
      .Case([&](math::Log1pOp) { return each([](Numbers x) { return log1p(x[0]); }); })
      .Case([&](math::SqrtOp) { return each([](Numbers x) { return sqrt(x[0]); }); })
      .Case([&](math::TanhOp) { return each([](Numbers x) { return tanh(x[0]); }); })
      .Case([&](math::SinOp) { return each([](Numbers x) { return sin(x[0]); }); })
      .Case([&](math::CosOp) { return each([](Numbers x) { return cos(x[0]); }); })
      .Case([&](math::AbsFOp) { return each([](Numbers x) { return abs(x[0]); }); })
      .Case([&](arith::SelectOp) { return each([](Numbers x) { return x[0].value != 0 ? x[1] : x[2]; }); })
      .Case([&](arith::CmpFOp o) {
        return each([&](Numbers x) { return Number(compare(o.getPredicate(), x[0].value, x[1].value)); });
      })
      .Case([&](arith::CmpIOp o) {
        return each([&](Numbers x) {
          return Number(
              compare(o.getPredicate(), static_cast<int64_t>(x[0].value), static_cast<int64_t>(x[1].value)));
        });
      })
      .Case<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(
          [&](auto o) { return each([&](Numbers x) { return Number(bits(o, x[0].value, x[1].value)); }); })
      .Case<arith::IndexCastOp, arith::SIToFPOp, arith::UIToFPOp, arith::ExtUIOp>(
          [&](auto) { return each([](Numbers x) { return x[0]; }); })
      .Default([](Operation *) { return std::nullopt; });
}

/// An index within the tensor: one that is out of range (as an unsigned number) stands for the last element.
Index withinRange(Index index, const std::vector<int64_t> &shape) {
  for (size_t d = 0; d < index.size(); ++d) {
    if (shape[d] == 0)
      throw Error("expected an element to read, got an empty tensor");
    if (index[d] < 0 || index[d] >= shape[d])
      index[d] = shape[d] - 1;
  }
  return index;
}

Index indicesFrom(const std::vector<Tensor> &operands, size_t first, size_t count) {
  Index index;
  for (size_t i = 0; i < count; ++i)
    index.push_back(operands.at(first + i).integer());
  return index;
}

/// The static sizes of a type, the dynamic ones in turn from `sizes`.
std::vector<int64_t> shapeOf(Type type, const Index &sizes) {
  auto tensor = cast<RankedTensorType>(type);
  std::vector<int64_t> shape;
  size_t next = 0;
  for (int64_t size : tensor.getShape())
    shape.push_back(ShapedType::isDynamic(size) ? sizes.at(next++) : size);
  return shape;
}

Tensor slice(tensor::ExtractSliceOp op, const std::vector<Tensor> &operands) {
  size_t next = 1;
  auto read = [&](ArrayRef<int64_t> fixed) {
    std::vector<int64_t> values;
    for (int64_t value : fixed)
      values.push_back(ShapedType::isDynamic(value) ? operands.at(next++).integer() : value);
    return values;
  };
  std::vector<int64_t> offsets = read(op.getStaticOffsets()), sizes = read(op.getStaticSizes()),
                       strides = read(op.getStaticStrides());
  llvm::SmallBitVector dropped = op.getDroppedDims();
  Tensor result;
  for (size_t d = 0; d < sizes.size(); ++d)
    if (!dropped.test(d))
      result.shape.push_back(sizes[d]);
  forEachIndex(sizes, [&](const Index &at) {
    Index from(at.size());
    for (size_t d = 0; d < at.size(); ++d)
      from[d] = offsets[d] + at[d] * strides[d];
    result.elements.push_back(operands[0].at(withinRange(from, operands[0].shape)));
  });
  return result;
}

/// The derivative is shared equally among the largest elements, or there is none.
Tensor reduceMax(gen::ReduceMaxOp op, const Tensor &x) {
  double most = -HUGE_VAL, slope = 0, count = 0;
  for (Number each : x.elements)
    most = std::max(most, each.value);
  for (Number each : x.elements)
    if (each.value == most && !op.getDetached())
      slope += each.slope, ++count;
  return Number(most, count ? slope / count : 0);
}

Tensor oneHot(gen::OneHotOp op, const std::vector<Tensor> &operands) {
  size_t rank = op.getIndices().size();
  Index sizes = indicesFrom(operands, 1 + rank, op.getSizes().size());
  Tensor result(shapeOf(op.getType(), sizes), Number());
  result.at(withinRange(indicesFrom(operands, 1, rank), result.shape)) = operands[0].scalar();
  return result;
}

} // namespace

Tensor einsum(std::string_view specification, const std::vector<Tensor> &operands) {
  size_t arrow = specification.find("->");
  std::vector<std::string> groups(1);
  for (char c : specification.substr(0, arrow)) {
    if (c == ',')
      groups.emplace_back();
    else if (c != ' ')
      groups.back() += c;
  }
  std::string results(specification.substr(arrow + 2)), letters;
  std::map<char, int64_t> sizes;
  for (size_t k = 0; k < operands.size(); ++k)
    for (size_t d = 0; d < groups[k].size(); ++d)
      if (sizes.try_emplace(groups[k][d], operands[k].shape.at(d)).second)
        letters += groups[k][d];
  auto shapeOf = [&](const std::string &group) {
    std::vector<int64_t> shape;
    for (char letter : group)
      shape.push_back(sizes.at(letter));
    return shape;
  };
  Tensor result(shapeOf(results), Number());
  forEachIndex(shapeOf(letters), [&](const Index &at) {
    auto place = [&](const std::string &group) {
      Index index;
      for (char letter : group)
        index.push_back(at[letters.find(letter)]);
      return index;
    };
    Number product = 1;
    for (size_t k = 0; k < operands.size(); ++k)
      product = product * operands[k].at(place(groups[k]));
    Number &sum = result.at(place(results));
    sum = sum + product;
  });
  return result;
}

Tensor evaluate(Operation *op, const std::vector<Tensor> &operands) {
  if (auto known = dyn_cast<arith::ConstantOp>(op))
    return constant(known);
  if (std::optional<Tensor> result = elementary(op, operands))
    return *result;
  return llvm::TypeSwitch<Operation *, Tensor>(op)
      .Case([&](gen::EinsumOp o) {
        StringRef spec = o.getSpec();
        return einsum({spec.data(), spec.size()}, operands);
      })
      .Case([&](gen::ReduceMaxOp o) { return reduceMax(o, operands[0]); })
      .Case([&](gen::OneHotOp o) { return oneHot(o, operands); })
      .Case([&](tensor::DimOp) { return Tensor(double(operands[0].shape.at(operands[1].integer()))); })
      .Case([&](tensor::ExtractOp) {
        Index index = indicesFrom(operands, 1, operands.size() - 1);
        return Tensor(operands[0].at(withinRange(index, operands[0].shape)));
      })
      .Case([&](tensor::ExtractSliceOp o) { return slice(o, operands); })
      .Case([&](tensor::SplatOp o) {
        Index sizes = indicesFrom(operands, 1, operands.size() - 1);
        return Tensor(shapeOf(o.getType(), sizes), operands[0].scalar());
      })
      .Case([&](tensor::FromElementsOp o) {
        Tensor result(cast<RankedTensorType>(o.getType()).getShape().vec(), std::vector<Number>{});
        for (const Tensor &element : operands)
          result.elements.push_back(element.scalar());
        return result;
      })
      .Default([](Operation *other) -> Tensor {
        throw Error("the reference does not know the op '" + other->getName().getStringRef().str() + "'");
      });
}

} // namespace genfuse::reference
