#include "passes/SymbolicSize.h"
#include "ir/Gen.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace genfuse {

namespace {

/// constant + sum of coefficient * symbol.
struct Affine {
  int64_t constant = 0;
  std::map<std::string, int64_t> terms;

  static Affine symbol(std::string name) { return {0, {{std::move(name), 1}}}; }

  Affine plus(const Affine &other, int64_t factor) const {
    Affine sum = *this;
    sum.constant += factor * other.constant;
    for (const auto &[name, coefficient] : other.terms)
      sum.terms[name] += factor * coefficient;
    return sum;
  }

  std::string text() const {
    std::string result;
    auto add = [&](int64_t value, const std::string &factor) {
      if (value == 0)
        return;
      int64_t size = value < 0 ? -value : value;
      std::string shown = factor.empty() ? std::to_string(size)
                          : size == 1    ? factor
                                         : std::to_string(size) + " * " + factor;
      result += result.empty() ? (value < 0 ? "-" : "") + shown : (value < 0 ? " - " : " + ") + shown;
    };
    for (const auto &[name, coefficient] : terms)
      add(coefficient, name);
    add(constant, "");
    return result.empty() ? "0" : result;
  }
};

std::optional<Affine> sizeOf(Value tensor, unsigned dimension);

std::optional<Affine> valueOf(Value index) {
  if (IntegerAttr constant; matchPattern(index, m_Constant(&constant)))
    return Affine{constant.getInt(), {}};
  Operation *op = index.getDefiningOp();
  if (auto dim = dyn_cast_or_null<tensor::DimOp>(op))
    if (std::optional<int64_t> dimension = dim.getConstantIndex())
      return sizeOf(dim.getSource(), *dimension);
  if (!isa_and_nonnull<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
    return std::nullopt;
  auto left = valueOf(op->getOperand(0)), right = valueOf(op->getOperand(1));
  if (!left || !right)
    return std::nullopt;
  if (isa<arith::AddIOp>(op))
    return left->plus(*right, 1);
  if (isa<arith::SubIOp>(op))
    return left->plus(*right, -1);
  if (right->terms.empty())
    return Affine{}.plus(*left, right->constant);
  if (left->terms.empty())
    return Affine{}.plus(*right, left->constant);
  return std::nullopt;
}

/// Where a dynamic dimension's size operand is: `sizes` holds one per dynamic dimension.
std::optional<Affine> dynamicSize(RankedTensorType type, unsigned dimension, ValueRange sizes) {
  return valueOf(sizes[type.getDynamicDimIndex(dimension)]);
}

std::optional<Affine> sizeOfEinsum(gen::EinsumOp op, unsigned dimension) {
  char letter = op.getResultLetters()[dimension];
  for (unsigned i = 0; i < op.getNumOperands(); ++i)
    if (size_t at = op.getLetters(i).find(letter); at != StringRef::npos)
      return sizeOf(op.getOperand(i), at);
  return std::nullopt;
}

/// A rank-reducing slice: the kept dimensions are those whose size is not the constant 1.
std::optional<Affine> sizeOfSlice(tensor::ExtractSliceOp op, unsigned dimension) {
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (unsigned source = 0, kept = 0; source < op.getSourceType().getRank(); ++source) {
    if (dropped.test(source) || kept++ != dimension)
      continue;
    OpFoldResult size = op.getMixedSizes()[source];
    if (auto value = dyn_cast<Value>(size))
      return valueOf(value);
    return Affine{cast<IntegerAttr>(cast<Attribute>(size)).getInt(), {}};
  }
  return std::nullopt;
}

std::optional<Affine> sizeOf(Value value, unsigned dimension) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.isDynamicDim(dimension))
    return Affine{type.getDimSize(dimension), {}};
  if (auto argument = dyn_cast<BlockArgument>(value))
    return Affine::symbol(argumentName(argument) + "." + std::to_string(dimension));
  Operation *op = value.getDefiningOp();
  if (auto param = dyn_cast<gen::ParamOp>(op))
    return dynamicSize(type, dimension, param.getSizes());
  if (auto splat = dyn_cast<tensor::SplatOp>(op))
    return dynamicSize(type, dimension, splat.getDynamicSizes());
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return sizeOfSlice(slice, dimension);
  if (auto einsum = dyn_cast<gen::EinsumOp>(op))
    return sizeOfEinsum(einsum, dimension);
  if (auto map = dyn_cast<gen::MapOp>(op)) {
    if (dimension == 0)
      return valueOf(map.getLength());
    auto yield = map.getBody().front().getTerminator();
    return sizeOf(yield->getOperand(cast<OpResult>(value).getResultNumber()), dimension - 1);
  }
  if (OpTrait::hasElementwiseMappableTraits(op))
    for (Value operand : op->getOperands())
      if (operand.getType() == type || isa<RankedTensorType>(operand.getType()))
        return sizeOf(operand, dimension);
  return std::nullopt;
}

FailureOr<std::string> textOrError(const std::optional<Affine> &size, Operation *user) {
  if (!size)
    return user->emitOpError("has a size that is not affine in the sizes of the function's arguments (ragged plates "
                             "and sizes computed from values are not supported)");
  return size->text();
}

} // namespace

FailureOr<std::string> symbolicSize(Value index, Operation *user) { return textOrError(valueOf(index), user); }

FailureOr<SmallVector<std::string>> symbolicShape(Value value, Operation *user) {
  SmallVector<std::string> shape;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  for (int64_t i = 0; type && i < type.getRank(); ++i) {
    FailureOr<std::string> size = textOrError(sizeOf(value, i), user);
    if (failed(size))
      return failure();
    shape.push_back(*size);
  }
  return shape;
}

std::string argumentName(BlockArgument argument) {
  auto function = dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (function)
    if (auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "gen.name"))
      return name.str();
  return "arg" + std::to_string(argument.getArgNumber());
}

} // namespace genfuse
