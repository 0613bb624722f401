#include "passes/SymbolicSize.h"
#include "ir/Distributions.h"
#include "ir/Gen.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/SliceDims.h"

using namespace mlir;

namespace genfuse {

SizeExpression SizeExpression::plus(const SizeExpression &other, int64_t factor) const {
  SizeExpression sum = *this;
  sum.constant += factor * other.constant;
  for (const auto &[key, coefficient] : other.terms)
    sum.terms[key] += factor * coefficient;
  return sum;
}

std::string SizeExpression::text(FunctionOpInterface function) const {
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
  for (const auto &[key, coefficient] : terms)
    add(coefficient, argumentName(function.getArguments()[key.first]) + "." + std::to_string(key.second));
  add(constant, "");
  return result.empty() ? "0" : result;
}

namespace {

/// Where a dynamic dimension's size operand is: `sizes` holds one per dynamic dimension.
std::optional<SizeExpression> dynamicSize(RankedTensorType type, unsigned dimension, ValueRange sizes) {
  return sizeExpression(sizes[type.getDynamicDimIndex(dimension)]);
}

std::optional<SizeExpression> sizeOfEinsum(gen::EinsumOp op, unsigned dimension) {
  char letter = op.getResultLetters()[dimension];
  for (unsigned i = 0; i < op.getNumOperands(); ++i)
    if (size_t at = op.getLetters(i).find(letter); at != StringRef::npos)
      return sizeOfDimension(op.getOperand(i), at);
  return std::nullopt;
}

/// A rank-reducing slice: the kept dimensions are those whose size is not the constant 1.
std::optional<SizeExpression> sizeOfSlice(tensor::ExtractSliceOp op, unsigned dimension) {
  llvm::SmallBitVector dropped = droppedDims(op);
  for (unsigned source = 0, kept = 0; source < op.getSourceType().getRank(); ++source) {
    if (dropped.test(source) || kept++ != dimension)
      continue;
    OpFoldResult size = op.getMixedSizes()[source];
    if (auto value = dyn_cast<Value>(size))
      return sizeExpression(value);
    return SizeExpression{cast<IntegerAttr>(cast<Attribute>(size)).getInt(), {}, {}};
  }
  return std::nullopt;
}

/// A vector that is drawn is as long as the first parameter that shares its size.
std::optional<SizeExpression> sizeOfDraw(StringRef distribution, ValueRange parameters) {
  const dist::Record *record = dist::find(distribution);
  for (auto [argument, value] : llvm::zip(*record, parameters))
    if (!argument.sizes.empty() && argument.sizes.front() == record->valueSizes.front())
      return sizeOfDimension(value, 0);
  return std::nullopt;
}

FailureOr<std::string> textOrError(const std::optional<SizeExpression> &size, Operation *user) {
  if (!size)
    return user->emitOpError(
        "has a size that is not affine in the sizes of the function's arguments (ragged plates "
        "and sizes computed from values are not supported)");
  auto function = dyn_cast<FunctionOpInterface>(user);
  return size->text(function ? function : user->getParentOfType<FunctionOpInterface>());
}

} // namespace

std::optional<SizeExpression> sizeExpression(Value index) {
  if (IntegerAttr constant; matchPattern(index, m_Constant(&constant)))
    return SizeExpression{constant.getInt(), {}, {}};
  Operation *op = index.getDefiningOp();
  if (auto dim = dyn_cast_or_null<tensor::DimOp>(op))
    if (std::optional<int64_t> dimension = dim.getConstantIndex())
      return sizeOfDimension(dim.getSource(), *dimension);
  if (!isa_and_nonnull<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
    return std::nullopt;
  auto left = sizeExpression(op->getOperand(0)), right = sizeExpression(op->getOperand(1));
  if (!left || !right)
    return std::nullopt;
  if (isa<arith::AddIOp>(op))
    return left->plus(*right, 1);
  if (isa<arith::SubIOp>(op))
    return left->plus(*right, -1);
  if (right->terms.empty())
    return SizeExpression{}.plus(*left, right->constant);
  if (left->terms.empty())
    return SizeExpression{}.plus(*right, left->constant);
  return std::nullopt;
}

std::optional<SizeExpression> sizeOfDimension(Value value, unsigned dimension) {
  auto type = cast<RankedTensorType>(value.getType());
  if (dimension >= type.getRank())
    return std::nullopt;
  if (!type.isDynamicDim(dimension))
    return SizeExpression{type.getDimSize(dimension), {}, {}};
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto loop = dyn_cast<gen::LoopOp>(parent)) // carried: as large as what it starts as
      return sizeOfDimension(loop.getStarts()[argument.getArgNumber() - 1], dimension);
    return isa<FunctionOpInterface>(parent)
               ? std::optional(SizeExpression{0, {{{argument.getArgNumber(), dimension}, 1}}, {}})
               : std::nullopt;
  }
  Operation *op = value.getDefiningOp();
  if (auto loop = dyn_cast<gen::LoopOp>(op)) {
    unsigned number = cast<OpResult>(value).getResultNumber();
    if (number < loop.getNumCarried())
      return sizeOfDimension(loop.getStarts()[number], dimension);
    return dimension == 0 ? sizeExpression(loop.getLength())
                          : sizeOfDimension(loop.getYield().getOperand(number), dimension - 1);
  }
  if (auto gradient = dyn_cast<gen::GradientOp>(op))
    return sizeOfDimension(gradient.getWrt()[cast<OpResult>(value).getResultNumber()], dimension);
  if (isa<tensor::CastOp, gen::VariableOp>(op))
    return sizeOfDimension(op->getOperand(0), dimension);
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
      return sizeExpression(map.getLength());
    auto yield = map.getBody().front().getTerminator();
    return sizeOfDimension(yield->getOperand(cast<OpResult>(value).getResultNumber()), dimension - 1);
  }
  if (auto sweep = dyn_cast<gen::SweepOp>(op)) {
    unsigned number = cast<OpResult>(value).getResultNumber();
    bool stack = number >= sweep.getNumSums();
    unsigned stacked = sweep.getStackLast() ? type.getRank() - 1 : 0;
    if (stack && dimension == stacked)
      return sizeExpression(sweep.getLength());
    return sizeOfDimension(sweep.getYield().getOperand(number),
                           dimension - (stack && !sweep.getStackLast() ? 1 : 0));
  }
  if (auto concat = dyn_cast<gen::ConcatOp>(op)) {
    auto first = sizeOfDimension(concat.getFirst(), dimension);
    if (dimension > 0 || !first)
      return first;
    auto second = sizeOfDimension(concat.getSecond(), 0);
    return second ? std::optional(first->plus(*second, 1)) : std::nullopt;
  }
  if (auto hot = dyn_cast<gen::OneHotOp>(op))
    return dynamicSize(type, dimension, hot.getSizes());
  if (auto place = dyn_cast<gen::PlaceOp>(op))
    return dimension == 0 ? sizeExpression(place.getTotal()) : sizeOfDimension(place.getRow(), dimension);
  if (auto solve = dyn_cast<gen::TriangularSolveOp>(op))
    return sizeOfDimension(solve.getVector(), 0);
  if (auto triangle = dyn_cast<gen::LowerTriangleOp>(op))
    return sizeOfDimension(triangle.getMatrix(), dimension);
  if (isa_and_nonnull<gen::DiagonalOp, gen::DiagonalMatrixOp>(op))
    return sizeOfDimension(op->getOperand(0), 0);
  if (auto sample = dyn_cast<gen::SampleOp>(op))
    return sizeOfDraw(sample.getDistribution(), sample.getParameters());
  if (auto draw = dyn_cast<gen::DrawOp>(op))
    return sizeOfDraw(draw.getDistribution(), draw.getParameters());
  if (OpTrait::hasElementwiseMappableTraits(op))
    for (Value operand : op->getOperands())
      if (operand.getType() == type || isa<RankedTensorType>(operand.getType()))
        return sizeOfDimension(operand, dimension);
  return std::nullopt;
}

std::pair<Value, unsigned> operandOfDimension(Value tensor, unsigned dimension) {
  Operation *op = tensor.getDefiningOp();
  if (auto einsum = dyn_cast_or_null<gen::EinsumOp>(op)) {
    char letter = einsum.getResultLetters()[dimension];
    for (unsigned i = 0; i < einsum.getNumOperands(); ++i)
      if (size_t at = einsum.getLetters(i).find(letter); at != StringRef::npos)
        return {einsum.getOperand(i), at};
  }
  if (op && OpTrait::hasElementwiseMappableTraits(op))
    for (Value operand : op->getOperands())
      if (isa<RankedTensorType>(operand.getType()))
        return {operand, dimension};
  return {};
}

/// A bound of what is computed from the lengths of rows.
static std::optional<SizeExpression> boundOf(Value length) {
  if (std::optional<SizeExpression> size = sizeExpression(length))
    return size;
  Operation *op = length.getDefiningOp();
  if (auto row = dyn_cast_or_null<gen::RowOp>(op))
    return sizeExpression(row.getTotal());
  // Differences are of a length and what it has in common with another: not negative.
  if (isa_and_nonnull<arith::MinUIOp, arith::SubIOp>(op))
    return boundOf(op->getOperand(0));
  return std::nullopt;
}

std::optional<SizeExpression> boundOfDimension(Value tensor, unsigned dimension) {
  if (std::optional<SizeExpression> size = sizeOfDimension(tensor, dimension))
    return size;
  Operation *op = tensor.getDefiningOp();
  if (auto sweep = dyn_cast_or_null<gen::SweepOp>(op); sweep && dimension == 0 && !sweep.getStackLast())
    return boundOf(sweep.getLength());
  if (auto concat = dyn_cast_or_null<gen::ConcatOp>(op); concat && dimension == 0) {
    auto first = boundOfDimension(concat.getFirst(), 0), second = boundOfDimension(concat.getSecond(), 0);
    return first && second ? std::optional(first->plus(*second, 1)) : std::nullopt;
  }
  auto [operand, at] = operandOfDimension(tensor, dimension);
  return operand ? boundOfDimension(operand, at) : std::nullopt;
}

FailureOr<std::string> symbolicSize(Value index, Operation *user) {
  return textOrError(sizeExpression(index), user);
}

FailureOr<SmallVector<std::string>> symbolicShape(Value value, Operation *user) {
  SmallVector<std::string> shape;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  for (int64_t i = 0; type && i < type.getRank(); ++i) {
    FailureOr<std::string> size = textOrError(sizeOfDimension(value, i), user);
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
