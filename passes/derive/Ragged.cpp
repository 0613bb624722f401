#include "passes/derive/Ragged.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
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

} // namespace

LogicalResult verifyRows(gen::FuncOp model) {
  bool ragged = false;
  WalkResult result = model.walk([&](gen::RowOp row) {
    ragged = true;
    return failed(verifyRow(row)) ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (!ragged || result.wasInterrupted())
    return failure(result.wasInterrupted());
  result = model.walk([&](gen::MapOp plate) {
    return failed(verifyPlate(plate)) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

} // namespace genfuse
