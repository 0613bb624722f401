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
  gen::RowOp row = place.getOrigin();
  auto isOutside = [&](Value value) { return !sweep.getBody().isAncestor(value.getParentRegion()); };
  Value number = row.getIndex();
  if (auto later = number.getDefiningOp<arith::AddIOp>())
    number = isOutside(later.getLhs())   ? later.getRhs()
             : isOutside(later.getRhs()) ? later.getLhs()
                                         : Value();
  return number == sweep.getIndex() && isOutside(row.getOffsets()) && isOutside(row.getTotal());
}

/// Whether a join of rows writes every element.
bool Lowerer::joinsAll(gen::SweepOp sweep, unsigned sum) {
  auto place = sweep.getYield().getOperand(sum).getDefiningOp<gen::PlaceOp>();
  gen::RowOp row = place.getOrigin();
  auto part = place.getRow().getDefiningOp<gen::SweepOp>();
  if (place.getSkipped() || row.getIndex() != sweep.getIndex() || !part ||
      part.getLength() != row.getLength())
    return false;
  auto isDifference = [](std::optional<SizeExpression> left, std::optional<SizeExpression> right,
                         int64_t by) {
    if (!left || !right)
      return false;
    SizeExpression difference = left->plus(*right, -1);
    return difference.constant == by &&
           llvm::all_of(difference.terms, [](auto &term) { return term.second == 0; });
  };
  return isDifference(sizeOfDimension(row.getOffsets(), 0), sizeExpression(sweep.getLength()), 1) &&
         isDifference(sizeExpression(place.getTotal()), sizeExpression(row.getTotal()), 0);
}

/// Whether a sweep of this length ends with the row into which it is placed, or before.
static bool endsInRow(gen::PlaceOp place, Value length) {
  Value whole = place.getOrigin().getLength(), skipped = place.getSkipped();
  if (!skipped)
    return length == whole;
  auto rest = length.getDefiningOp<arith::SubIOp>();
  auto common =
      rest && rest.getLhs() == whole ? rest.getRhs().getDefiningOp<arith::MinUIOp>() : arith::MinUIOp();
  return common && llvm::is_contained(common->getOperands(), whole) &&
         llvm::is_contained(common->getOperands(), skipped);
}

/// The part of a sum into which a sweep of the enclosing one can write its row.
std::optional<View> Lowerer::placeOf(gen::PlaceOp place, gen::SweepOp part) {
  auto outer = dyn_cast<gen::SweepOp>(part->getParentOp());
  Operation *start = place.getStart().getDefiningOp();
  if (start->getBlock() != part->getBlock() || !start->isBeforeInBlock(part))
    return std::nullopt;
  for (unsigned i = 0; outer && i < outer.getNumSums(); ++i)
    if (outer.getYield().getOperand(i) == place.getResult() && isJoin(outer, i) &&
        endsInRow(place, part.getLength()))
      return rowOf(destinations.find(outer.getResult(i))->second, place);
  return std::nullopt;
}

/// The part of a whole, or of a sum, in which a placed row lies.
View Lowerer::rowOf(View whole, gen::PlaceOp place) {
  whole.offset = asValue(plus(whole.offset, times(scalar(place.getStart()).value, whole.strides[0])));
  return whole;
}

/// The sizes of what is placed, as far as it lies in its row.
SmallVector<Index> Lowerer::placedSizes(gen::PlaceOp place) {
  SmallVector<Index> sizes = tensor(place.getRow()).sizes;
  gen::RowOp row = place.getOrigin();
  Value start = scalar(place.getStart()).value;
  Value end = make<arith::AddIOp>(scalar(row.getStart()).value, scalar(row.getLength()).value);
  Value room = make<arith::SubIOp>(end, make<arith::MinUIOp>(start, end));
  sizes[0] = make<arith::MinUIOp>(asValue(sizes[0]), room);
  return sizes;
}

void Lowerer::storeRow(const View &whole, gen::PlaceOp place) {
  View part = rowOf(whole, place);
  // The sweep that computes the row may have written it here already.
  if (auto known = destinations.find(place.getRow());
      known != destinations.end() && known->second.memory == part.memory)
    return;
  Tensor held = tensor(place.getRow());
  forEachIndex(placedSizes(place), [&](Indices at) { store(part, at, elementAt(held, at)); });
}

/// Whether every use is a sum that adds the row where it lies.
bool Lowerer::isOnlySummed(gen::PlaceOp place) {
  return llvm::all_of(place->getUses(), [&](OpOperand &use) {
    if (deferred.contains(use.getOwner()))
      return true;
    auto sweep = dyn_cast<gen::SweepOp>(use.getOwner()->getParentOp());
    unsigned number = use.getOperandNumber();
    if (!sweep || !isa<gen::YieldOp>(use.getOwner()) || number >= sweep.getNumSums())
      return false;
    std::optional<int64_t> count = staticCount(sizesOf(sweep.getResult(number)));
    return isJoin(sweep, number) || !count || *count > maxRegisters / 2;
  });
}

/// A row in its place that something else reads is written to memory, between zeros.
LogicalResult Lowerer::lowerPlace(gen::PlaceOp place) {
  if (isOnlySummed(place))
    return success();
  Type element = getElementTypeOrSelf(place.getType());
  Tensor held;
  held.element = element;
  held.sizes = sizesOf(place.getResult());
  held.view = allocate(place.getResult(), element.isInteger(1) ? builder.getI8Type() : element,
                       lanes.width > 1, place);
  if (!held.view)
    return failure();
  held.varying = held.view->laneStride.has_value();
  fill(*held.view, held.sizes, 0.0);
  storeRow(*held.view, place);
  set(place.getResult(), std::move(held));
  return success();
}

} // namespace genfuse::lower
