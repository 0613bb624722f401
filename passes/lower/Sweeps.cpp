// Sweeps become loops: over tiles whose sums are then added in f64, over vectors of lanes, with one masked
// tail.
#include "passes/lower/Sums.h"
#include "runtime/abi.h"
#include "llvm/ADT/ScopeExit.h"
#include <cstddef>

using namespace mlir;

namespace genfuse::lower {

/// Which results of a sweep or loop are stacks, and where they have their new dimension.
static unsigned firstStack(Operation *op) {
  if (auto loop = dyn_cast<gen::LoopOp>(op))
    return loop.getNumCarried();
  auto sweep = dyn_cast<gen::SweepOp>(op);
  return sweep ? sweep.getNumSums() : op->getNumResults();
}
static bool stacksLast(Operation *op) {
  auto sweep = dyn_cast<gen::SweepOp>(op);
  return sweep && sweep.getStackLast();
}

/// Where a stack goes: into a result of the function, into the enclosing sweep's stack or its place there, or
/// into the workspace. A parameter's gradient is added to what is there (storeResult), so its parts wait in
/// the workspace.
std::optional<View> Lowerer::destination(Operation *op, unsigned number) {
  Value result = op->getResult(number);
  for (OpOperand &use : result.getUses()) {
    auto place = dyn_cast<gen::PlaceOp>(use.getOwner());
    if (auto sweep = dyn_cast<gen::SweepOp>(op); place && sweep)
      if (std::optional<View> part = placeOf(place, sweep))
        return part;
    if (isa<func::ReturnOp>(use.getOwner())) {
      for (const Array &array : arrays)
        if (array.isResult && array.number == use.getOperandNumber() && !accumulates(array))
          return array.view;
    }
    Operation *parent = op->getParentOp();
    if (!isa<gen::YieldOp>(use.getOwner()) || use.getOwner()->getParentOp() != parent ||
        use.getOperandNumber() < firstStack(parent))
      continue;
    View view = destinations.find(parent->getResult(use.getOperandNumber()))->second;
    unsigned stacked = stacksLast(parent) ? view.strides.size() - 1 : 0;
    return subview(view, stacked, iteration.lookup(parent));
  }
  Type element = getElementTypeOrSelf(result.getType());
  return allocate(result, element.isInteger(1) ? builder.getI8Type() : element, lanes.width > 1, op);
}

void Lowerer::storeStack(Operation *op, unsigned number, Value yielded, Scalar at) {
  View whole = destinations.find(op->getResult(number))->second;
  View part = subview(whole, stacksLast(op) ? whole.strides.size() - 1 : 0, at);
  if (!isa<RankedTensorType>(yielded.getType()))
    return store(part, {}, materialise(scalar(yielded)));
  // An inner sweep or loop may have written its stack here already.
  if (isa_and_nonnull<gen::SweepOp, gen::LoopOp>(yielded.getDefiningOp()))
    if (auto known = destinations.find(yielded);
        known != destinations.end() && known->second.memory == part.memory)
      return;
  if (storeRows(part, yielded, op))
    return;
  Tensor held = tensor(yielded);
  forEachIndex(held.sizes, [&](Indices i) { store(part, i, elementAt(held, i)); });
}

void Lowerer::publishStacks(Operation *op) {
  for (unsigned i = firstStack(op); i < op->getNumResults(); ++i) {
    Value result = op->getResult(i);
    Tensor held;
    held.element = getElementTypeOrSelf(result.getType());
    held.view = destinations.find(result)->second;
    held.varying = held.view->laneStride.has_value();
    // Stacks of instances are results of the function and nothing else.
    if (!stacksLast(op))
      held.sizes = sizesOf(result);
    tensors[result] = std::move(held);
  }
}

/// The range of a sweep. That of the instances is what the call asks for.
void Lowerer::setRange(OpenSweep &sweep) {
  auto bound = [&](StringRef name, int64_t offset) {
    return make<arith::IndexCastOp>(builder.getIndexType(), loadField(name, offset, builder.getI64Type()));
  };
  bool instances = sweep.op.getStackLast();
  sweep.from = instances ? bound("begin", offsetof(gf_call, begin)) : index(0);
  sweep.to = instances ? bound("end", offsetof(gf_call, end)) : scalar(sweep.op.getLength()).value;
  Value count = make<arith::SubIOp>(sweep.to, sweep.from);
  sweep.isSingle = make<arith::CmpIOp>(arith::CmpIPredicate::sle, count, index(tileLength));
}

/// Where the whole vectors of the range end.
void Lowerer::setTail(OpenSweep &sweep) {
  sweep.fullEnd = sweep.to;
  if (!sweep.ownLanes())
    return;
  Value count = make<arith::SubIOp>(sweep.to, sweep.from);
  sweep.rest = make<arith::RemUIOp>(count, index(sweep.width));
  sweep.fullEnd = make<arith::SubIOp>(sweep.to, sweep.rest);
}

LogicalResult Lowerer::lowerIteration(OpenSweep &sweep, Scalar at) {
  gen::SweepOp op = sweep.op;
  set(op.getIndex(), at);
  iteration[op] = at;
  if (failed(lowerBlock(*op.getBlock())))
    return failure();
  for (Sum &sum : sweep.sums)
    if (failed(accumulate(sum, op.getYield().getOperand(sum.result), op)))
      return failure();
  for (unsigned i = op.getNumSums(); i < op.getNumResults(); ++i)
    storeStack(op, i, op.getYield().getOperand(i), at);
  return success();
}

/// The loop over one tile; returns the sums carried out of it.
FailureOr<SmallVector<Value>> Lowerer::lowerTile(OpenSweep &sweep, Value from, Value to) {
  SmallVector<Value> start = zeroSums(sweep, /*wide=*/false, lanes.width > 1);
  auto loop = scf::ForOp::create(builder, loc, from, to, index(sweep.width), start);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  setCarried(sweep, loop.getRegionIterArgs());
  lanes.base = loop.getInductionVar();
  if (failed(lowerIteration(sweep, {loop.getInductionVar(), false, sweep.ownLanes()})))
    return failure();
  if (!start.empty())
    scf::YieldOp::create(builder, loc, getCarried(sweep));
  return SmallVector<Value>(loop.getResults());
}

/// The rows of a block, whose updates wait; returns the carried sums. The last block also takes the tail,
/// whose few rows would else cost a pass over the sums of their own.
FailureOr<SmallVector<Value>> Lowerer::lowerRows(OpenSweep &sweep, Value end, SmallVector<Value> carried) {
  delaying = &sweep;
  llvm::scope_exit done([this] { delaying = nullptr; });
  Value fullEnd = make<arith::MinUIOp>(end, sweep.fullEnd);
  auto vectors = scf::ForOp::create(builder, loc, sweep.blockStart, fullEnd, index(sweep.width), carried);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(vectors.getBody());
    setCarried(sweep, vectors.getRegionIterArgs());
    lanes.base = vectors.getInductionVar();
    if (failed(lowerIteration(sweep, {lanes.base, false, true})))
      return failure();
    if (!carried.empty())
      scf::YieldOp::create(builder, loc, getCarried(sweep));
  }
  Value any = make<arith::CmpIOp>(arith::CmpIPredicate::ult, fullEnd, end);
  return lowerTail(sweep, any, SmallVector<Value>(vectors.getResults()));
}

/// A tile with updates of sums in memory delayed: a loop over blocks of rows, each followed by its updates.
FailureOr<SmallVector<Value>> Lowerer::lowerBlocks(OpenSweep &sweep, Value from, Value to) {
  SmallVector<Value> start = zeroSums(sweep, /*wide=*/false, /*perLane=*/true);
  auto blocks = scf::ForOp::create(builder, loc, from, to, index(blockRows), start);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(blocks.getBody());
  sweep.blockStart = blocks.getInductionVar();
  Value end = make<arith::MinUIOp>(make<arith::AddIOp>(sweep.blockStart, index(blockRows)), to);
  FailureOr<SmallVector<Value>> carried =
      lowerRows(sweep, end, SmallVector<Value>(blocks.getRegionIterArgs()));
  if (failed(carried))
    return failure();
  lanes.base = sweep.blockStart;
  if (failed(flush(sweep, make<arith::SubIOp>(end, sweep.blockStart))))
    return failure();
  if (!start.empty())
    scf::YieldOp::create(builder, loc, *carried);
  return SmallVector<Value>(blocks.getResults());
}

/// The iterations that do not fill a vector, once and masked, where `here` holds. Returns the carried sums.
FailureOr<SmallVector<Value>> Lowerer::lowerTail(OpenSweep &sweep, Value here, SmallVector<Value> carried) {
  auto branch =
      scf::IfOp::create(builder, loc, ValueRange(carried).getTypes(), here, /*withElse=*/!carried.empty());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  Lanes whole = lanes;
  lanes = Lanes{sweep.width, sweep.fullEnd, {}, sweep.rest};
  lanes.mask = make<vector::CreateMaskOp>(vectorOf(builder.getI1Type()), sweep.rest);
  setCarried(sweep, carried);
  if (failed(lowerIteration(sweep, {sweep.fullEnd, false, true})))
    return failure();
  lanes = whole;
  if (carried.empty())
    return carried;
  scf::YieldOp::create(builder, loc, getCarried(sweep));
  builder.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(builder, loc, carried);
  return SmallVector<Value>(branch.getResults());
}

/// A sweep with sums: a loop over tiles, of which the last one also takes the tail. There is always one tile,
/// so that sums in memory are written even if there is nothing to add. Returns the totals.
FailureOr<SmallVector<Value>> Lowerer::lowerTiles(OpenSweep &sweep) {
  Lanes inside = lanes;
  auto outside = [&](auto run) {
    lanes = sweep.outer;
    auto result = run();
    lanes = inside;
    return result;
  };
  SmallVector<Value> zeros = outside([&] { return zeroSums(sweep, /*wide=*/true, sweep.varying()); });
  Value last = make<arith::MaxSIOp>(sweep.to, make<arith::AddIOp>(sweep.from, index(1)));
  auto tiles = scf::ForOp::create(builder, loc, sweep.from, last, index(tileLength), zeros);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(tiles.getBody());
  Value start = tiles.getInductionVar(), next = make<arith::AddIOp>(start, index(tileLength));
  outside([&] { return clearTiles(sweep), 0; });
  bool blocked =
      !threads && sweep.ownLanes() && sweep.width < blockRows && llvm::any_of(sweep.sums, [&](Sum &sum) {
        return !sum.inRegisters && canDelay(sweep.op.getYield().getOperand(sum.result), sweep.op.getBlock());
      });
  FailureOr<SmallVector<Value>> carried;
  if (blocked) {
    carried = lowerBlocks(sweep, start, make<arith::MinSIOp>(next, sweep.to));
  } else {
    carried = lowerTile(sweep, start, make<arith::MinSIOp>(next, sweep.fullEnd));
    if (succeeded(carried) && sweep.ownLanes()) {
      Value any = make<arith::CmpIOp>(arith::CmpIPredicate::ugt, sweep.rest, index(0));
      Value isLast = make<arith::CmpIOp>(arith::CmpIPredicate::sge, next, sweep.to);
      carried = lowerTail(sweep, make<arith::AndIOp>(any, isLast), *carried);
    }
  }
  if (failed(carried))
    return failure();
  Value first = make<arith::CmpIOp>(arith::CmpIPredicate::eq, start, sweep.from);
  SmallVector<Value> totals =
      outside([&] { return addTile(sweep, *carried, tiles.getRegionIterArgs(), first); });
  if (!totals.empty())
    scf::YieldOp::create(builder, loc, totals);
  return SmallVector<Value>(tiles.getResults());
}

LogicalResult Lowerer::lowerSweep(gen::SweepOp op) {
  OpenSweep sweep(op, lanes);
  if (sweep.ownLanes() && sweep.varying())
    return op.emitOpError("runs in lanes inside a sweep that runs in lanes");
  if (!threads && op.getNumSums() > 0 && (!llvm::isPowerOf2_64(sweep.width) || sweep.width > tileLength))
    return op.emitOpError("adds up in ")
           << sweep.width << " lanes: expected a power of two of at most " << tileLength;
  for (unsigned i = op.getNumSums(); i < op.getNumResults(); ++i) {
    std::optional<View> view = destination(op, i);
    if (!view)
      return failure();
    destinations[op.getResult(i)] = *view;
  }
  if (!op.getStackLast() && scalar(op.getLength()).varying)
    return op.emitOpError("has a length that differs between the instances of a vector: rows that each "
                          "instance chooses need the mapping 'elements'");
  FailureOr<SmallVector<Value>> totals = mayBeShort(op) ? lowerShortOrLong(sweep) : lowerWhole(sweep);
  if (failed(totals))
    return failure();
  publishSums(sweep, *totals);
  publishStacks(op);
  return success();
}

/// In parts or as one; returns the totals that are carried out of the loops.
FailureOr<SmallVector<Value>> Lowerer::lowerWhole(OpenSweep &sweep) {
  if (std::optional<Partition> partition = partitionOf(sweep.op))
    return lowerParts(sweep, std::move(*partition));
  if (failed(prepareSums(sweep)))
    return failure();
  setRange(sweep);
  return lowerLoops(sweep);
}

/// The loops over the range, of a part or of all; returns the totals that are carried out of them.
FailureOr<SmallVector<Value>> Lowerer::lowerLoops(OpenSweep &sweep) {
  setTail(sweep);
  if (sweep.ownLanes())
    lanes = Lanes{sweep.width, {}, {}, {}};
  FailureOr<SmallVector<Value>> totals = SmallVector<Value>();
  if (!sweep.sums.empty())
    totals = lowerTiles(sweep);
  else if (sweep.ownLanes() ? failed(lowerOnceOrTwice(sweep))
                            : failed(lowerTile(sweep, sweep.from, sweep.to)))
    totals = failure();
  lanes = sweep.outer;
  return totals;
}

} // namespace genfuse::lower
