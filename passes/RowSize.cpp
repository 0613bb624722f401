#include "passes/RowSize.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/SliceDims.h"

using namespace mlir;

namespace genfuse {

namespace {

gen::RowOp rowOfDynamicSize(RankedTensorType type, unsigned dimension, ValueRange sizes) {
  return rowOfSize(sizes[type.getDynamicDimIndex(dimension)]);
}

gen::RowOp rowOfSlice(tensor::ExtractSliceOp op, unsigned dimension) {
  llvm::SmallBitVector dropped = droppedDims(op);
  for (unsigned source = 0, kept = 0; source < op.getSourceType().getRank(); ++source) {
    if (dropped.test(source) || kept++ != dimension)
      continue;
    auto size = dyn_cast<Value>(op.getMixedSizes()[source]);
    return size ? rowOfSize(size) : gen::RowOp();
  }
  return {};
}

gen::RowOp rowOfEinsum(gen::EinsumOp op, unsigned dimension) {
  char letter = op.getResultLetters()[dimension];
  for (unsigned i = 0; i < op.getNumOperands(); ++i)
    if (size_t at = op.getLetters(i).find(letter); at != StringRef::npos)
      return rowOfDimension(op.getOperand(i), at);
  return {};
}

gen::RowOp rowOfSweep(gen::SweepOp sweep, unsigned number, unsigned dimension, unsigned rank) {
  bool stack = number >= sweep.getNumSums();
  if (stack && dimension == (sweep.getStackLast() ? rank - 1 : 0))
    return rowOfSize(sweep.getLength());
  return rowOfDimension(sweep.getYield().getOperand(number),
                        dimension - (stack && !sweep.getStackLast() ? 1 : 0));
}

} // namespace

gen::RowOp rowOfSize(Value index) {
  if (auto row = index.getDefiningOp<gen::RowOp>())
    return index == row.getLength() ? row : gen::RowOp();
  auto dim = index.getDefiningOp<tensor::DimOp>();
  std::optional<int64_t> dimension = dim ? dim.getConstantIndex() : std::nullopt;
  return dimension ? rowOfDimension(dim.getSource(), *dimension) : gen::RowOp();
}

gen::RowOp rowOfDimension(Value value, unsigned dimension) {
  auto type = cast<RankedTensorType>(value.getType());
  Operation *op = value.getDefiningOp();
  if (!op || dimension >= type.getRank() || !type.isDynamicDim(dimension))
    return {};
  if (auto splat = dyn_cast<tensor::SplatOp>(op))
    return rowOfDynamicSize(type, dimension, splat.getDynamicSizes());
  if (auto hot = dyn_cast<gen::OneHotOp>(op))
    return rowOfDynamicSize(type, dimension, hot.getSizes());
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return rowOfSlice(slice, dimension);
  if (auto einsum = dyn_cast<gen::EinsumOp>(op))
    return rowOfEinsum(einsum, dimension);
  if (auto map = dyn_cast<gen::MapOp>(op)) {
    if (dimension == 0)
      return rowOfSize(map.getLength());
    Operation *yield = map.getBody().front().getTerminator();
    return rowOfDimension(yield->getOperand(cast<OpResult>(value).getResultNumber()), dimension - 1);
  }
  if (auto sweep = dyn_cast<gen::SweepOp>(op))
    return rowOfSweep(sweep, cast<OpResult>(value).getResultNumber(), dimension, type.getRank());
  if (OpTrait::hasElementwiseMappableTraits(op))
    for (Value operand : op->getOperands())
      if (isa<RankedTensorType>(operand.getType()))
        return rowOfDimension(operand, dimension);
  return {};
}

} // namespace genfuse
