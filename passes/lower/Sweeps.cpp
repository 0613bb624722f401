// Sweeps become loops: over tiles whose sums are then added in f64, over vectors of lanes, with one masked tail.
#include "passes/lower/Lowerer.h"
#include "runtime/abi.h"
#include <cstddef>

using namespace mlir;

namespace genfuse::lower {

/// One sum of a sweep. Scalars and small tensors are carried by the loops; others lie in memory.
struct Lowerer::Sum {
  unsigned result;
  Type real;
  SmallVector<Index> sizes; ///< none: a scalar
  bool inRegisters;
  bool varying;             ///< each lane has its own sum, because the sweep runs inside a sweep in lanes
  int64_t registers;        ///< how many loop-carried values
  View tile, total;         ///< in memory: the sum of the current tile, and of all in f64
  SmallVector<Value> carried;
};

/// A tensor sum's terms that are einsums or one-hots are added to the sum where it lies instead of being computed first.
void Lowerer::defer(Value yielded, Block *block) {
  Operation *op = yielded.getDefiningOp();
  if (!op || op->getBlock() != block || !yielded.hasOneUse())
    return;
  if (isa<arith::AddFOp>(op)) {
    deferred.insert(op);
    defer(op->getOperand(0), block);
    defer(op->getOperand(1), block);
  } else if (isa<gen::EinsumOp, gen::OneHotOp>(op)) {
    deferred.insert(op);
  }
}

/// Adds one value at a run-time place. Lanes go one after the other: two of them may hit the same element.
void Lowerer::scatter(const View &into, gen::OneHotOp hot, bool overLanes) {
  SmallVector<Scalar> indices;
  for (Value i : hot.getIndices())
    indices.push_back(materialise(scalar(i)));
  Scalar value = scalar(hot.getValue());
  bool perLane = overLanes || into.laneStride;
  if (!perLane) {
    SmallVector<Index> at;
    for (const Scalar &i : indices)
      at.push_back(i.value);
    return store(into, at, {make<arith::AddFOp>(load(into, at).value, value.value)});
  }
  Value values = zeroWhereInactive(broadcast(value));
  for (int64_t lane = 0; lane < lanes.width; ++lane) {
    SmallVector<Index> at;
    for (const Scalar &i : indices)
      at.push_back(i.varying ? Index(make<vector::ExtractOp>(i.value, lane)) : Index(i.value));
    View own = into;
    if (own.laneStride)
      own.offset = asValue(plus(own.offset, times(builder.getIndexAttr(lane), *own.laneStride)));
    own.laneStride.reset();
    Value one = make<vector::ExtractOp>(values, lane);
    store(own, at, {make<arith::AddFOp>(load(own, at).value, one)});
  }
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
    scatter(into, cast<gen::OneHotOp>(op), overLanes);
    return success();
  }
  Tensor held = tensor(term);
  forEachIndex(held.sizes, [&](Indices at) {
    Scalar element = elementAt(held, at);
    if (overLanes)
      element = {laneSum(zeroWhereInactive(broadcast(element)))};
    Scalar old = load(into, at);
    bool varying = old.varying || element.varying;
    Value sum = make<arith::AddFOp>(varying ? broadcast(old) : old.value, varying ? broadcast(element) : element.value);
    store(into, at, {sum, varying});
  });
  return success();
}

LogicalResult Lowerer::accumulate(Sum &sum, Value yielded, Operation *user) {
  bool overLanes = lanes.width > 1 && !sum.varying;
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
    Value term = isa<VectorType>(carried.getType()) ? broadcast(value) : value.value;
    if (overLanes)
      term = zeroWhereInactive(term);
    carried = make<arith::AddFOp>(carried, term);
  }
  return success();
}

/// Where a stack goes: into a result of the function, into the enclosing sweep's stack, or into the workspace.
std::optional<View> Lowerer::destination(gen::SweepOp op, unsigned number) {
  Value result = op.getResult(number);
  for (OpOperand &use : result.getUses()) {
    if (isa<func::ReturnOp>(use.getOwner())) {
      for (const Array &array : arrays)
        if (array.isResult && array.number == use.getOperandNumber())
          return array.view;
    }
    auto parent = dyn_cast<gen::SweepOp>(op->getParentOp());
    if (!isa<gen::YieldOp>(use.getOwner()) || !parent || use.getOwner()->getParentOp() != parent ||
        use.getOperandNumber() < parent.getNumSums())
      continue;
    View view = destinations.find(parent.getResult(use.getOperandNumber()))->second;
    unsigned stacked = parent.getStackLast() ? view.strides.size() - 1 : 0;
    return subview(view, stacked, iteration.lookup(parent));
  }
  Type element = getElementTypeOrSelf(result.getType());
  return allocate(result, element.isInteger(1) ? builder.getI8Type() : element, lanes.width > 1, op);
}

void Lowerer::storeStack(gen::SweepOp op, unsigned number, Value yielded, Scalar at) {
  View whole = destinations.find(op.getResult(number))->second;
  View part = subview(whole, op.getStackLast() ? whole.strides.size() - 1 : 0, at);
  if (!isa<RankedTensorType>(yielded.getType()))
    return store(part, {}, materialise(scalar(yielded)));
  // An inner sweep may have written its stack here already.
  if (auto inner = yielded.getDefiningOp<gen::SweepOp>())
    if (auto known = destinations.find(yielded); known != destinations.end() && known->second.memory == part.memory)
      return;
  Tensor held = tensor(yielded);
  forEachIndex(held.sizes, [&](Indices i) { store(part, i, elementAt(held, i)); });
}

LogicalResult Lowerer::lowerIteration(gen::SweepOp op, Scalar at, MutableArrayRef<Sum> sums) {
  set(op.getIndex(), at);
  iteration[op] = at;
  if (failed(lowerBlock(*op.getBlock())))
    return failure();
  gen::YieldOp yield = op.getYield();
  for (Sum &sum : sums)
    if (failed(accumulate(sum, yield.getOperand(sum.result), op)))
      return failure();
  for (unsigned i = op.getNumSums(); i < op.getNumResults(); ++i)
    storeStack(op, i, yield.getOperand(i), at);
  return success();
}

/// The loop over one tile; returns the values carried out of it.
FailureOr<SmallVector<Value>> Lowerer::lowerTile(gen::SweepOp op, Value from, Value to, int64_t step,
                                                 MutableArrayRef<Sum> sums) {
  SmallVector<Value> start;
  for (Sum &sum : sums)
    for (int64_t i = 0; sum.inRegisters && i < sum.registers; ++i) {
      Value zero = number(0.0, sum.real);
      start.push_back(lanes.width > 1 ? broadcast({zero}) : zero);
    }
  auto loop = scf::ForOp::create(builder, loc, from, to, index(step), start);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  unsigned next = 0;
  for (Sum &sum : sums) {
    unsigned count = sum.inRegisters ? sum.registers : 0;
    ValueRange arguments = ValueRange(loop.getRegionIterArgs()).slice(next, count);
    sum.carried.assign(arguments.begin(), arguments.end());
    next += count;
  }
  Scalar at{loop.getInductionVar()};
  if (step > 1) {
    lanes.base = at.value;
    at.isLaneIndex = true;
  }
  if (failed(lowerIteration(op, at, sums)))
    return failure();
  SmallVector<Value> carried;
  for (Sum &sum : sums)
    llvm::append_range(carried, sum.carried);
  if (carried.empty()) {
    if (!loop.getBody()->mightHaveTerminator())
      scf::YieldOp::create(builder, loc);
  } else {
    scf::YieldOp::create(builder, loc, carried);
  }
  return SmallVector<Value>(loop.getResults());
}

namespace {
/// What a sweep inside lanes needs to restore.
struct Saved {
  Lanes &lanes;
  Lanes old;
  explicit Saved(Lanes &lanes) : lanes(lanes), old(lanes) {}
  ~Saved() { lanes = old; }
};
} // namespace

LogicalResult Lowerer::lowerSweep(gen::SweepOp op) {
  Saved saved(lanes);
  int64_t width = op.getLanes().value_or(1);
  bool own = width > 1;
  if (own && lanes.width > 1)
    return op.emitOpError("runs in lanes inside a sweep that runs in lanes");

  // Destinations and sums are prepared outside the loops.
  for (unsigned i = op.getNumSums(); i < op.getNumResults(); ++i) {
    std::optional<View> view = destination(op, i);
    if (!view)
      return failure();
    destinations[op.getResult(i)] = *view;
  }
  std::vector<Sum> sums;
  bool varying = lanes.width > 1;
  Type wide = builder.getF64Type();
  for (unsigned i = 0; i < op.getNumSums(); ++i) {
    Value yielded = op.getYield().getOperand(i);
    Sum sum;
    sum.result = i;
    sum.real = getElementTypeOrSelf(yielded.getType());
    sum.varying = varying;
    bool isTensor = isa<RankedTensorType>(yielded.getType());
    if (isTensor)
      sum.sizes = sizesOf(op.getResult(i));
    std::optional<int64_t> count = staticCount(sum.sizes);
    sum.registers = count.value_or(0);
    sum.inRegisters = !isTensor || (count && *count <= maxRegisters / 2);
    if (!sum.inRegisters) {
      std::optional<View> total = allocate(op.getResult(i), wide, varying, op);
      if (!total)
        return failure();
      sum.total = *total;
      sum.total.element = wide;
      sum.tile = *total;
      sum.tile.element = wide;
      if (!sum.real.isF64()) {
        std::optional<View> tile = allocate(op.getResult(i), sum.real, varying, op);
        sum.tile = *tile;
      }
      fill(sum.total, sum.sizes, 0.0);
      defer(yielded, op.getBlock());
    }
    sums.push_back(std::move(sum));
  }

  bool instances = op.getStackLast();
  auto bound = [&](int64_t offset) {
    return make<arith::IndexCastOp>(builder.getIndexType(), loadWord(builder, call, offset, builder.getI64Type()));
  };
  Value from = instances ? bound(offsetof(gf_call, begin)) : index(0);
  Value to = instances ? bound(offsetof(gf_call, end)) : scalar(op.getLength()).value;
  Value fullEnd = to, rest;
  if (own) {
    rest = make<arith::RemUIOp>(make<arith::SubIOp>(to, from), index(width));
    fullEnd = make<arith::SubIOp>(to, rest);
  }

  // Totals in f64: one per carried value, per lane if the sweep runs inside lanes.
  SmallVector<Value> zeros;
  for (Sum &sum : sums)
    for (int64_t i = 0; sum.inRegisters && i < sum.registers; ++i) {
      Value zero = number(0.0, wide);
      zeros.push_back(varying ? broadcast({zero}) : zero);
    }
  auto finishTile = [&](ValueRange carried, ValueRange totals) {
    SmallVector<Value> next;
    for (auto [value, total] : llvm::zip(carried, totals)) {
      Value part = own ? laneSum(value) : value;
      if (part.getType() != total.getType())
        part = make<arith::ExtFOp>(total.getType(), part);
      next.push_back(make<arith::AddFOp>(total, part));
    }
    for (Sum &sum : sums) {
      if (sum.inRegisters || sum.tile.memory == sum.total.memory)
        continue;
      forEachIndex(sum.sizes, [&](Indices at) {
        Scalar tile = load(sum.tile, at), total = load(sum.total, at);
        Value part = make<arith::ExtFOp>(total.value.getType(), tile.value);
        store(sum.total, at, {make<arith::AddFOp>(total.value, part), total.varying});
      });
    }
    return next;
  };
  auto clearTiles = [&] {
    for (Sum &sum : sums)
      if (!sum.inRegisters && sum.tile.memory != sum.total.memory)
        fill(sum.tile, sum.sizes, 0.0);
  };

  SmallVector<Value> totals = zeros;
  if (own)
    lanes = Lanes{width, {}, {}, {}};
  Lanes inside = lanes;
  if (sums.empty()) {
    if (failed(lowerTile(op, from, fullEnd, width, sums)))
      return failure();
  } else {
    auto tiles = scf::ForOp::create(builder, loc, from, fullEnd, index(tileLength), zeros);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(tiles.getBody());
    // Whatever stands in memory while the tile runs belongs to the outer lanes.
    Value end = make<arith::MinUIOp>(make<arith::AddIOp>(tiles.getInductionVar(), index(tileLength)), fullEnd);
    {
      Saved outer(lanes);
      if (own)
        lanes = saved.old;
      clearTiles();
    }
    FailureOr<SmallVector<Value>> carried = lowerTile(op, tiles.getInductionVar(), end, width, sums);
    if (failed(carried))
      return failure();
    {
      lanes = inside;
      Saved outer(lanes);
      if (own)
        lanes = saved.old;
      SmallVector<Value> next = finishTile(*carried, tiles.getRegionIterArgs());
      if (!next.empty())
        scf::YieldOp::create(builder, loc, next);
    }
    totals.assign(tiles.getResults().begin(), tiles.getResults().end());
  }

  if (own) {
    Value any = make<arith::CmpIOp>(arith::CmpIPredicate::ugt, rest, index(0));
    auto branch = scf::IfOp::create(builder, loc, ValueRange(totals).getTypes(), any, /*withElse=*/!totals.empty());
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    lanes = saved.old;
    clearTiles();
    lanes = Lanes{width, fullEnd, {}, rest};
    lanes.mask = make<vector::CreateMaskOp>(vectorOf(builder.getI1Type()), rest);
    for (Sum &sum : sums) {
      sum.carried.clear();
      for (int64_t i = 0; sum.inRegisters && i < sum.registers; ++i)
        sum.carried.push_back(broadcast({number(0.0, sum.real)}));
    }
    if (failed(lowerIteration(op, {fullEnd, false, true}, sums)))
      return failure();
    SmallVector<Value> carried;
    for (Sum &sum : sums)
      llvm::append_range(carried, sum.carried);
    lanes = saved.old;
    SmallVector<Value> next = finishTile(carried, totals);
    if (!totals.empty()) {
      scf::YieldOp::create(builder, loc, next);
      builder.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(builder, loc, totals);
    }
    totals.assign(branch.getResults().begin(), branch.getResults().end());
    if (totals.empty())
      totals = zeros;
  }
  lanes = saved.old;

  unsigned next = 0;
  for (Sum &sum : sums) {
    Value result = op.getResult(sum.result);
    Type real = getElementTypeOrSelf(result.getType());
    auto round = [&](Value total) -> Scalar {
      Type type = varying ? Type(vectorOf(real)) : real;
      return {total.getType() == type ? total : make<arith::TruncFOp>(type, total), varying};
    };
    if (sum.sizes.empty() && !isa<RankedTensorType>(result.getType())) {
      set(result, round(totals[next++]));
      continue;
    }
    Tensor held;
    held.sizes = sum.sizes;
    held.element = real;
    held.varying = varying;
    if (sum.inRegisters) {
      held.elements.emplace();
      for (int64_t i = 0; i < sum.registers; ++i)
        held.elements->push_back(round(totals[next++]));
    } else {
      held.view = sum.total;
      held.view->element = real;
    }
    tensors[result] = std::move(held);
  }
  for (unsigned i = op.getNumSums(); i < op.getNumResults(); ++i) {
    Value result = op.getResult(i);
    Tensor held;
    held.element = getElementTypeOrSelf(result.getType());
    held.view = destinations.find(result)->second;
    held.varying = held.view->laneStride.has_value();
    if (!instances)
      held.sizes = sizesOf(result);
    tensors[result] = std::move(held);
  }
  return success();
}

} // namespace genfuse::lower
