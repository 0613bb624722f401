// What a sweep adds up: loop-carried values, or memory that terms are added to where it lies.
#include "passes/lower/Sums.h"

using namespace mlir;

namespace genfuse::lower {

/// A tensor sum's terms that are einsums or one-hots are added to the sum where it lies instead of being
/// computed first.
void Lowerer::defer(Value yielded, Block *block) {
  Operation *op = yielded.getDefiningOp();
  if (!op || op->getBlock() != block || !yielded.hasOneUse())
    return;
  if (isa<arith::AddFOp>(op)) {
    deferred.insert(op);
    defer(op->getOperand(0), block);
    defer(op->getOperand(1), block);
  } else if (isa<gen::EinsumOp, gen::OneHotOp, gen::PlaceOp>(op)) {
    deferred.insert(op);
  }
}

/// Lanes go one after the other: two of them may hit the same element.
void Lowerer::accumulateLanes(const View &into, ArrayRef<Scalar> indices, Value values) {
  auto addLane = [&](Value lane, Value clamped) {
    SmallVector<Index> at;
    for (const Scalar &i : indices)
      at.push_back(i.varying ? Index(make<vector::ExtractOp>(i.value, OpFoldResult(clamped)))
                             : Index(i.value));
    View own = into;
    if (own.laneStride)
      own.offset = asValue(plus(own.offset, times(lane, *own.laneStride)));
    own.laneStride.reset();
    Value one = make<vector::ExtractOp>(values, OpFoldResult(getAsOpFoldResult(lane)));
    store(own, at, {make<arith::AddFOp>(load(own, at).value, one)});
  };
  if (!threads) {
    for (int64_t lane = 0; lane < lanes.width; ++lane)
      addLane(index(lane), clampedLane(lane));
    return;
  }
  Value count = lanes.mask ? lanes.active : index(lanes.width);
  auto loop = scf::ForOp::create(builder, loc, index(0), count, index(1));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  addLane(loop.getInductionVar(), loop.getInductionVar());
}

/// Adds one value at a run-time place.
void Lowerer::accumulateOneHot(const View &into, gen::OneHotOp hot, bool overLanes) {
  SmallVector<Scalar> indices;
  for (const Scalar &i : safeIndices(hot.getIndices(), sizesOf(hot.getResult())))
    indices.push_back(materialise(i));
  Scalar value = scalar(hot.getValue());
  if (!overLanes && !into.laneStride) {
    SmallVector<Index> at;
    for (const Scalar &i : indices)
      at.push_back(i.value);
    return store(into, at, {make<arith::AddFOp>(load(into, at).value, value.value)});
  }
  Value values = zeroWhereInactive(broadcast(value));
  if (!threads || !into.laneStride)
    return accumulateLanes(into, indices, values);
  // Each thread adds to elements of its own.
  scatter(into, indices, {make<arith::AddFOp>(gather(into, indices).value, values), true});
}

LogicalResult Lowerer::accumulateTerm(const View &into, Value term, bool overLanes, Operation *user) {
  Operation *op = term.getDefiningOp();
  if (op && deferred.contains(op)) {
    if (isa<arith::AddFOp>(op)) {
      if (failed(accumulateTerm(into, op->getOperand(0), overLanes, user)))
        return failure();
      return accumulateTerm(into, op->getOperand(1), overLanes, user);
    }
    if (auto einsum = dyn_cast<gen::EinsumOp>(op))
      return accumulateEinsum(einsum, into, overLanes);
    if (auto hot = dyn_cast<gen::OneHotOp>(op)) {
      accumulateOneHot(into, hot, overLanes);
      return success();
    }
  }
  // A row is added where it lies.
  auto place = term.getDefiningOp<gen::PlaceOp>();
  if (place && overLanes)
    return place.emitOpError("is summed in lanes, which is not supported");
  View part = place ? rowOf(into, place) : into;
  Tensor held = tensor(place ? place.getRow() : term);
  if (overLanes && canAddGroups(part, held)) {
    addGroups(part, held);
    return success();
  }
  forEachIndex(place ? placedSizes(place) : held.sizes, [&](Indices at) {
    Scalar element = elementAt(held, at);
    if (overLanes)
      element = {laneSum(zeroWhereInactive(broadcast(element)))};
    Scalar old = load(part, at);
    bool varying = old.varying || element.varying;
    Value sum = make<arith::AddFOp>(varying ? broadcast(old) : old.value,
                                    varying ? broadcast(element) : element.value);
    store(part, at, {sum, varying});
  });
  return success();
}

/// Whether the elements of a sum fill registers, and those of the term lie in vectors of lanes.
bool Lowerer::canAddGroups(const View &into, const Tensor &term) {
  auto holds = [&](const View &view) {
    return cast<MemRefType>(view.memory.getType()).getElementType() == term.element;
  };
  return canLieInRows(term) && *getConstantIntValue(term.sizes[0]) >= elementsARegister(term.element) &&
         term.view && !term.tile && holds(*term.view) && holds(into) && !into.laneStride &&
         isOne(into.strides.back());
}

/// Adds a register of elements at a time, whose lanes are summed together.
void Lowerer::addGroups(const View &into, const Tensor &term) {
  const int64_t group = elementsARegister(term.element), size = *getConstantIntValue(term.sizes[0]);
  auto type = VectorType::get({group}, term.element);
  auto sumsFrom = [&](Value first, int64_t most) {
    SmallVector<Value> vectors;
    for (int64_t i = 0; i < group; ++i) {
      Value at = asValue(plus(first, builder.getIndexAttr(std::min(i, most - 1))));
      // Lanes that do not exist are zeros.
      Value all = load(*term.view, {at}).value, sum;
      for (int64_t lane = 0; lane < lanes.width; lane += group) {
        Value some = make<vector::ExtractStridedSliceOp>(all, lane, group, 1);
        sum = sum ? make<arith::AddFOp>(sum, some) : some;
      }
      vectors.push_back(sum);
    }
    return sumsOfLanes(*this, vectors).front();
  };
  const int64_t full = size - size % group;
  {
    auto loop = scf::ForOp::create(builder, loc, index(0), index(full), index(group));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value first = loop.getInductionVar(), place = position(into, {first});
    Value old = make<vector::LoadOp>(type, into.memory, place);
    Value sum = make<arith::AddFOp>(old, sumsFrom(first, group));
    vector::StoreOp::create(builder, loc, sum, into.memory, place);
  }
  if (full == size)
    return;
  Value place = position(into, {index(full)});
  Value mask = make<vector::CreateMaskOp>(VectorType::get({group}, builder.getI1Type()), index(size - full));
  Value zero = make<arith::ConstantOp>(builder.getZeroAttr(type));
  Value old = make<vector::MaskedLoadOp>(type, into.memory, place, mask, zero);
  Value sum = make<arith::AddFOp>(old, sumsFrom(index(full), size - full));
  vector::MaskedStoreOp::create(builder, loc, into.memory, place, mask, sum);
}

LogicalResult Lowerer::accumulate(Sum &sum, Value yielded, Operation *user) {
  bool overLanes = lanes.width > 1 && !sum.varying;
  if (sum.isJoin)
    return storeRow(sum.total, yielded.getDefiningOp<gen::PlaceOp>()), success();
  if (!sum.inRegisters)
    return accumulateTerm(sum.tile, yielded, overLanes, user);
  SmallVector<Scalar> values;
  if (sum.sizes.empty()) {
    values.push_back(scalar(yielded));
  } else {
    Tensor held = tensor(yielded);
    forEachIndex(held.sizes, [&](Indices at) { values.push_back(elementAt(held, at)); });
  }
  for (auto [carried, value] : llvm::zip(sum.carried, values)) {
    if (!carried) { // a single iteration of lanes
      carried = termOfShort(yielded, broadcast(value));
      continue;
    }
    Value term = isa<VectorType>(carried.getType()) ? broadcast(value) : value.value;
    if (overLanes)
      term = zeroWhereInactive(term);
    carried = make<arith::AddFOp>(carried, term);
  }
  return success();
}

/// Scalars and small tensors are.
bool Lowerer::isInRegisters(gen::SweepOp sweep, unsigned sum) {
  if (isJoin(sweep, sum))
    return false;
  Value result = sweep.getResult(sum);
  if (!isa<RankedTensorType>(result.getType()))
    return true;
  std::optional<int64_t> count = staticCount(sizesOf(result));
  return count && *count <= maxRegisters / 2;
}

/// Decides where each sum of a sweep is kept. Sums in memory are cleared here.
LogicalResult Lowerer::prepareSums(OpenSweep &sweep) {
  Type wide = builder.getF64Type();
  for (unsigned i = 0; i < sweep.op.getNumSums(); ++i) {
    Value result = sweep.op.getResult(i), yielded = sweep.op.getYield().getOperand(i);
    Sum sum;
    sum.result = i;
    sum.real = getElementTypeOrSelf(yielded.getType());
    sum.varying = sweep.varying();
    if (isJoin(sweep.op, i)) {
      std::optional<View> view = destination(sweep.op, i);
      if (!view)
        return failure();
      sum.isJoin = true;
      sum.inRegisters = false;
      sum.sizes = sizesOf(result);
      sum.total = sum.tile = destinations[result] = *view;
      if (!joinsAll(sweep.op, i))
        fill(sum.total, sum.sizes, 0.0);
      sweep.sums.push_back(std::move(sum));
      continue;
    }
    if (isa<RankedTensorType>(yielded.getType()))
      sum.sizes = sizesOf(result);
    sum.inRegisters = isInRegisters(sweep.op, i);
    sum.registers = sum.inRegisters ? *staticCount(sum.sizes) : 0;
    if (!sum.inRegisters) {
      std::optional<View> total = allocate(result, wide, sum.varying, sweep.op);
      if (!total)
        return failure();
      sum.total = sum.tile = *total;
      sum.total.element = sum.tile.element = wide;
      if (!sum.real.isF64())
        sum.tile = *allocate(result, sum.real, sum.varying, sweep.op);
      if (!sum.hasTile())
        fill(sum.total, sum.sizes, 0.0);
      defer(yielded, sweep.op.getBlock());
    }
    sweep.sums.push_back(std::move(sum));
  }
  return success();
}

void Lowerer::clearTiles(OpenSweep &sweep) {
  for (Sum &sum : sweep.sums)
    if (sum.hasTile())
      fill(sum.tile, sum.sizes, 0.0);
}

/// The totals after a tile, in f64; `carried` are its loop-carried sums. The first tile starts the sums in
/// memory.
SmallVector<Value> Lowerer::addTile(OpenSweep &sweep, ValueRange carried, ValueRange totals, Value first) {
  SmallVector<Value> next;
  for (auto [value, total] : llvm::zip(carried, totals)) {
    Value part = sweep.ownLanes() ? laneSum(value) : value;
    if (part.getType() != total.getType())
      part = make<arith::ExtFOp>(total.getType(), part);
    next.push_back(make<arith::AddFOp>(total, part));
  }
  if (llvm::none_of(sweep.sums, [](const Sum &sum) { return sum.hasTile(); }))
    return next;
  // A single tile is the total: nothing needs to be added.
  Value isTrue = make<arith::ConstantOp>(builder.getBoolAttr(true));
  Value several = make<arith::XOrIOp>(sweep.isSingle, isTrue);
  auto branch = scf::IfOp::create(builder, loc, several, /*withElse=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  for (Sum &sum : sweep.sums) {
    if (!sum.hasTile())
      continue;
    forEachIndex(sum.sizes, [&](Indices at) {
      Scalar tile = load(sum.tile, at), total = load(sum.total, at);
      Value part = make<arith::ExtFOp>(total.value.getType(), tile.value);
      Value sumSoFar = make<arith::AddFOp>(total.value, part);
      store(sum.total, at, {make<arith::SelectOp>(first, part, sumSoFar), total.varying});
    });
  }
  return next;
}

/// Zeros to start the loop-carried sums with.
SmallVector<Value> Lowerer::zeroSums(OpenSweep &sweep, bool wide, bool perLane) {
  SmallVector<Value> zeros;
  for (Sum &sum : sweep.sums)
    for (int64_t i = 0; i < sum.registers; ++i) {
      Value zero = number(0.0, wide ? builder.getF64Type() : sum.real);
      zeros.push_back(perLane ? broadcast({zero}) : zero);
    }
  return zeros;
}

void Lowerer::setCarried(OpenSweep &sweep, ValueRange values) {
  for (Sum &sum : sweep.sums) {
    ValueRange own = values.take_front(sum.registers);
    sum.carried.assign(own.begin(), own.end());
    values = values.drop_front(sum.registers);
  }
}

SmallVector<Value> Lowerer::getCarried(OpenSweep &sweep) {
  SmallVector<Value> values;
  for (Sum &sum : sweep.sums)
    llvm::append_range(values, sum.carried);
  return values;
}

/// The sums as values for the ops after the sweep.
void Lowerer::publishSums(OpenSweep &sweep, ValueRange totals) {
  for (Sum &sum : sweep.sums) {
    Value result = sweep.op.getResult(sum.result);
    Type real = getElementTypeOrSelf(result.getType());
    SmallVector<Scalar> values;
    for (Value total : totals.take_front(sum.registers)) {
      Type type = sum.varying ? Type(vectorOf(real)) : real;
      values.push_back({total.getType() == type ? total : make<arith::TruncFOp>(type, total), sum.varying});
    }
    totals = totals.drop_front(sum.registers);
    if (!isa<RankedTensorType>(result.getType())) {
      set(result, values.front());
      continue;
    }
    Tensor held;
    held.sizes = sum.sizes;
    held.element = real;
    held.varying = sum.varying;
    if (sum.inRegisters) {
      held.elements = values;
    } else {
      held.view = sum.total;
      held.view->element = real;
      if (sum.hasTile()) {
        held.tile = sum.tile;
        held.isSingle = sweep.isSingle;
      }
    }
    tensors[result] = std::move(held);
    // What is only returned is read from where it is; other uses want one place.
    bool onlyReturned =
        llvm::all_of(result.getUsers(), [](Operation *user) { return isa<func::ReturnOp>(user); });
    if (tensors[result].tile && !onlyReturned)
      if (std::optional<View> view = inMemory(result, sweep.op)) {
        tensors[result].view = view;
        tensors[result].tile.reset();
      }
  }
}

} // namespace genfuse::lower
