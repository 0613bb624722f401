// Rows of ragged data: where they are, and sums of placed rows, which are written instead of added.
#include "passes/lower/Sums.h"

using namespace mlir;

namespace genfuse::lower {

/// Offsets are the caller's: whatever they are, a row never reaches beyond the total.
LogicalResult Lowerer::lowerRow(gen::RowOp op) {
  Scalar number = materialise(scalar(op.getIndex())), total = scalar(op.getTotal());
  bool varying = number.varying;
  auto lift = [&](Value value) { return varying ? broadcast({value}) : value; };
  Value last = lift(asValue(minus(sizesOf(op.getOffsets())[0], builder.getIndexAttr(1))));
  Value limit = lift(total.value);
  auto offsetAt = [&](Value at) -> Value {
    Scalar found = elementAt(op.getOffsets(), {Scalar{make<arith::MinUIOp>(at, last), varying}}, op);
    Type type = varying ? Type(vectorOf(builder.getIndexType())) : builder.getIndexType();
    Value offset = make<arith::IndexCastOp>(type, varying ? broadcast(found) : found.value);
    return make<arith::MinUIOp>(offset, limit);
  };
  Value start = offsetAt(number.value);
  Value end = offsetAt(make<arith::AddIOp>(number.value, lift(index(1))));
  Value length = make<arith::SubIOp>(make<arith::MaxUIOp>(start, end), start);
  set(op.getStart(), Scalar{start, varying});
  set(op.getLength(), Scalar{length, varying});
  return success();
}

/// `start + i` for the index of a sweep over that row. In lanes it stays a lane index: loads are contiguous.
bool Lowerer::lowerRowElement(Operation *op) {
  if (!isa<arith::AddIOp>(op) || !op->getResult(0).getType().isIndex())
    return false;
  for (unsigned i = 0; i < 2; ++i) {
    auto row = op->getOperand(i).getDefiningOp<gen::RowOp>();
    auto number = dyn_cast<BlockArgument>(op->getOperand(1 - i));
    auto sweep = number ? dyn_cast<gen::SweepOp>(number.getOwner()->getParentOp()) : gen::SweepOp();
    if (!row || op->getOperand(i) != row.getStart() || !sweep || sweep.getLength() != row.getLength())
      continue;
    Scalar start = scalar(row.getStart()), at = scalar(number);
    if (start.varying || !at.isLaneIndex)
      return false;
    set(op->getResult(0), Scalar{make<arith::AddIOp>(start.value, at.value), false, true});
    return true;
  }
  return false;
}

/// A sum of placed rows, each iteration its own: rows do not overlap, so there is nothing to add.
bool Lowerer::isJoin(gen::SweepOp sweep, unsigned sum) {
  auto place = sweep.getYield().getOperand(sum).getDefiningOp<gen::PlaceOp>();
  if (!place || place->getBlock() != sweep.getBlock() || sweep.getLanes().value_or(1) > 1)
    return false;
  auto row = place.getStart().getDefiningOp<gen::RowOp>();
  auto isOutside = [&](Value value) { return !sweep.getBody().isAncestor(value.getParentRegion()); };
  return row && row.getIndex() == sweep.getIndex() && isOutside(row.getOffsets()) &&
         isOutside(row.getTotal());
}

/// Whether the whole is as long as all rows: then they leave nothing between and behind them.
bool Lowerer::isFilledByRows(gen::PlaceOp place) {
  std::optional<SizeExpression> whole = sizeExpression(place.getTotal());
  std::optional<SizeExpression> rows =
      sizeExpression(place.getStart().getDefiningOp<gen::RowOp>().getTotal());
  return whole && rows && whole->constant == rows->constant && whole->terms == rows->terms;
}

/// The part of a whole, or of a sum, in which a placed row lies.
View Lowerer::rowOf(View whole, gen::PlaceOp place) {
  whole.offset = asValue(plus(whole.offset, times(scalar(place.getStart()).value, whole.strides[0])));
  return whole;
}

void Lowerer::storeRow(const View &whole, gen::PlaceOp place) {
  View part = rowOf(whole, place);
  // The sweep that computes the row may have written it here already.
  if (auto known = destinations.find(place.getRow());
      known != destinations.end() && known->second.memory == part.memory)
    return;
  Tensor held = tensor(place.getRow());
  forEachIndex(held.sizes, [&](Indices at) { store(part, at, elementAt(held, at)); });
}

} // namespace genfuse::lower
