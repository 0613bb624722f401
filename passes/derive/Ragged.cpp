#include "passes/derive/Ragged.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/RowSize.h"
#include "passes/SymbolicSize.h"

using namespace mlir;

namespace genfuse {

gen::RowOp rowOf(gen::MapOp plate) {
  auto row = plate.getLength().getDefiningOp<gen::RowOp>();
  return row && plate.getLength() == row.getLength() ? row : gen::RowOp();
}

std::optional<size_t> raggedDepth(ArrayRef<gen::MapOp> plates) {
  auto found = llvm::find_if(plates, [](gen::MapOp plate) { return bool(rowOf(plate)); });
  return found == plates.end() ? std::nullopt : std::optional<size_t>(found - plates.begin());
}

gen::RowOp rowOfElement(Value index) {
  auto sum = index.getDefiningOp<arith::AddIOp>();
  for (unsigned i = 0; sum && i < 2; ++i) {
    auto row = sum->getOperand(i).getDefiningOp<gen::RowOp>();
    auto number = dyn_cast<BlockArgument>(sum->getOperand(1 - i));
    auto plate = number ? dyn_cast<gen::MapOp>(number.getOwner()->getParentOp()) : gen::MapOp();
    if (row && sum->getOperand(i) == row.getStart() && plate && rowOf(plate) == row)
      return row;
  }
  return {};
}

namespace {

LogicalResult verifyRow(gen::RowOp row) {
  auto plate = dyn_cast<gen::MapOp>(row->getParentOp());
  if (!plate || !isa<gen::FuncOp>(plate->getParentOp()) ||
      row.getIndex() != plate.getBody().getArgument(0)) // row_c3
    return row.emitOpError("expects to stand in an outermost plate and to take its index: rows of different "
                           "lengths lie in one plate, not in several");
  auto offsets = dyn_cast<BlockArgument>(row.getOffsets());
  if (!offsets || !isa<gen::FuncOp>(offsets.getOwner()->getParentOp())) // row_c2
    return row.emitOpError(
        "expects offsets that are an argument of the model, as they decide how much memory "
        "a call needs");
  std::optional<SizeExpression> rows = sizeExpression(plate.getLength());
  std::optional<SizeExpression> ends = sizeOfDimension(row.getOffsets(), 0);
  if (!rows || !ends)
    return row.emitOpError("stands in a plate whose length is not affine in sizes of arguments"); // row_c2
  if (!sizeExpression(row.getTotal()))                                                            // row_c4
    return row.emitOpError("expects a total that is affine in sizes of the model's arguments");
  return success();
}

LogicalResult verifyPlate(gen::MapOp plate) {
  if (gen::RowOp row = rowOf(plate); row && row->getBlock() != plate->getBlock()) // row_c3
    return plate.emitOpError("runs over a row of a plate that does not directly hold it");
  for (Value yielded : plate.getBody().front().getTerminator()->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(yielded.getType());
    for (int64_t d = 0; type && d < type.getRank(); ++d)
      if (!sizeOfDimension(yielded, d)) // map_c4
        return plate.emitOpError("collects values of different sizes, which is not supported: rows of a "
                                 "ragged plate are summed or used within its plate");
  }
  return success();
}

/// What has the length of a row meets only what has it too, and is read at the index of a plate over that
/// row: nothing else is known to fit, and a row may be empty.
class RowSizes {
public:
  static LogicalResult verify(Operation *op) {
    if (auto einsum = dyn_cast<gen::EinsumOp>(op))
      return verifyEinsum(einsum);
    if (auto element = dyn_cast<tensor::ExtractOp>(op)) {
      for (auto [d, index] : llvm::enumerate(element.getIndices()))
        if (failed(verifyIndex(element.getTensor(), d, index, op)))
          return failure();
      return success();
    }
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
      for (auto [d, offset] : llvm::enumerate(slice.getMixedOffsets()))
        if (failed(verifyIndex(slice.getSource(), d, dyn_cast<Value>(offset), op)))
          return failure();
      return success();
    }
    return OpTrait::hasElementwiseMappableTraits(op) ? verifyElementwise(op) : success();
  }

private:
  static LogicalResult verifySame(Value left, unsigned i, Value right, unsigned j, Operation *op) {
    if (rowOfDimension(left, i) == rowOfDimension(right, j)) // row_c5
      return success();
    return op->emitOpError(
        "joins values of which one has the length of a row of ragged data, and the other has not");
  }

  static LogicalResult verifyElementwise(Operation *op) {
    Value first;
    for (Value operand : op->getOperands()) {
      auto type = dyn_cast<RankedTensorType>(operand.getType());
      for (int64_t d = 0; type && first && d < type.getRank(); ++d)
        if (failed(verifySame(first, d, operand, d, op)))
          return failure();
      first = type && !first ? operand : first;
    }
    return success();
  }

  static LogicalResult verifyEinsum(gen::EinsumOp op) {
    std::map<char, std::pair<Value, unsigned>> seen;
    for (unsigned i = 0; i < op.getNumOperands(); ++i)
      for (auto [d, letter] : llvm::enumerate(op.getLetters(i))) {
        auto [known, isNew] = seen.try_emplace(letter, op.getOperand(i), d);
        if (!isNew && failed(verifySame(known->second.first, known->second.second, op.getOperand(i), d, op)))
          return failure();
      }
    return success();
  }

  /// `index` is null for a constant.
  static LogicalResult verifyIndex(Value tensor, unsigned dimension, Value index, Operation *op) {
    gen::RowOp row = rowOfDimension(tensor, dimension);
    if (!row)
      return success();
    auto number = dyn_cast_or_null<BlockArgument>(index);
    auto plate = number ? dyn_cast<gen::MapOp>(number.getOwner()->getParentOp()) : gen::MapOp();
    if (isWhole(op, dimension, row) || (plate && rowOf(plate) == row)) // row_c5
      return success();
    return op->emitOpError(
        "reads what has the length of a row of ragged data at another index than that of a plate "
        "over the row, which may be empty");
  }

  /// Whether a slice has all of a dimension that is as long as the row.
  static bool isWhole(Operation *op, unsigned dimension, gen::RowOp row) {
    auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
    auto size = slice ? dyn_cast<Value>(slice.getMixedSizes()[dimension]) : Value();
    return size && rowOfSize(size) == row && isConstantIntValue(slice.getMixedOffsets()[dimension], 0);
  }
};

} // namespace

LogicalResult verifyRows(gen::FuncOp model) {
  bool ragged = false;
  WalkResult result = model.walk([&](gen::RowOp row) {
    ragged = true;
    return failed(verifyRow(row)) ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (!ragged || result.wasInterrupted())
    return failure(result.wasInterrupted());
  result = model.walk([&](Operation *op) {
    auto plate = dyn_cast<gen::MapOp>(op);
    LogicalResult valid = plate ? verifyPlate(plate) : RowSizes::verify(op);
    return failed(valid) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

} // namespace genfuse
