// Einsums that are sums of outer products, and updates that wait for a block of rows.
#include "passes/lower/Contraction.h"

using namespace mlir;

namespace genfuse::lower {

/// Legal if the result and one operand (the data) lie in memory along a letter that no other operand has, and
/// what is summed is the lanes (which are rows of the data) or one letter. Values of lanes can become rows.
std::optional<Contraction::Plan> Contraction::planUpdate(const View &into, bool overLanes) {
  StringRef letters = op.getResultLetters();
  if (l.threads || letters.empty() || into.laneStride || !l.isOne(into.strides.back()))
    return std::nullopt;
  Plan plan{letters.back(), 0, {}};
  unsigned data = llvm::count_if(operands, [&](const Operand &o) { return o.letters.contains(plan.along); });
  if (data != 1)
    return std::nullopt;
  const Operand &only = dataOf(plan);
  const bool ofLanes = overLanes && summed.empty();
  plan.staged = ofLanes && only.isTensor && !only.rows && l.canLieInRows(l.tensor(only.value));
  const bool laneRows = plan.staged || (ofLanes && isRows(only));
  const bool letterRows = l.lanes.width == 1 && summed.size() == 1 && only.letters.contains(summed[0]);
  std::optional<int64_t> size = getConstantIntValue(sizes.lookup(plan.along));
  if (!plan.staged && (!contiguous(only, plan.along) || (size && *size < chunk)))
    return std::nullopt;
  if (!laneRows && (!letterRows || l.tensor(only.value).varying))
    return std::nullopt;
  if (only.letters.size() != (laneRows ? 1u : 2u))
    return std::nullopt;
  plan.rowLetter = laneRows ? 0 : summed[0];
  Plan split = plan;
  if (!splitResult(split, true))
    return std::nullopt;
  plan.block = split.block;
  plan.wide = split.wide;
  return plan;
}

/// The only operand that has the letter which vectors run along.
Operand &Contraction::dataOf(const Plan &plan) {
  return *llvm::find_if(operands, [&](const Operand &o) { return o.letters.contains(plan.along); });
}

/// Adds the outer products of all rows to the columns [column, column + chunks * chunk) of every result row.
/// With masks, one for each chunk, only some of these columns are there.
void Contraction::updateColumns(const Plan &plan, const std::vector<Places> &results, const View &into,
                                const View *factors, Value column, int64_t chunks, ArrayRef<Value> masks,
                                Value rows) {
  auto maskOf = [&](int64_t c) { return masks.empty() ? Value() : masks[c]; };
  const SmallVector<char> letters = factorLetters(plan);
  const Operand &data = dataOf(plan);
  auto placeOf = [&](const Places &result, int64_t c) {
    SmallVector<Index> indices;
    for (char letter : op.getResultLetters())
      indices.push_back(letter == plan.along ? l.plus(column, l.builder.getIndexAttr(c * chunk))
                                             : result.find(letter)->second);
    return l.position(into, indices);
  };
  SmallVector<Value> sums, places;
  for (const Places &result : results)
    for (int64_t c = 0; c < chunks; ++c) {
      places.push_back(placeOf(result, c));
      sums.push_back(loadChunk(into.memory, places.back(), maskOf(c)));
    }
  auto loop = scf::ForOp::create(l.builder, l.loc, l.index(0), rows, l.index(1), sums);
  {
    OpBuilder::InsertionGuard guard(l.builder);
    l.builder.setInsertionPointToStart(loop.getBody());
    Value row = loop.getInductionVar();
    SmallVector<Value> totals(loop.getRegionIterArgs());
    SmallVector<Value> x;
    for (int64_t c = 0; c < chunks; ++c) {
      Places at{{plan.along, l.plus(column, l.builder.getIndexAttr(c * chunk))}};
      if (plan.rowLetter)
        at[plan.rowLetter] = row;
      x.push_back(
          loadChunk(viewOf(data)->memory, positionAt(data, at, plan.rowLetter ? Value() : row), maskOf(c)));
    }
    for (auto [k, result] : llvm::enumerate(results)) {
      Value factor;
      if (factors) {
        SmallVector<Index> indices;
        for (char letter : letters)
          indices.push_back(result.find(letter)->second);
        View flat = *factors;
        flat.laneStride.reset();
        Index at = l.plus(l.position(flat, indices), row);
        factor = l.make<memref::LoadOp>(factors->memory, l.asValue(at));
      } else {
        Places places = result;
        places[plan.rowLetter] = row;
        factor = factorAt(plan, places).value;
      }
      Value wide = l.make<vector::BroadcastOp>(VectorType::get({chunk}, element), factor);
      for (int64_t c = 0; c < chunks; ++c) {
        Value &total = totals[k * chunks + c];
        total = l.make<math::FmaOp>(wide, x[c], total);
      }
    }
    scf::YieldOp::create(l.builder, l.loc, totals);
  }
  for (auto [k, place, sum] : llvm::enumerate(places, loop.getResults())) {
    if (Value mask = maskOf(static_cast<int64_t>(k) % chunks))
      vector::MaskedStoreOp::create(l.builder, l.loc, into.memory, place, mask, sum);
    else
      vector::StoreOp::create(l.builder, l.loc, sum, into.memory, place);
  }
}

/// The letters of the result that number factors, which are what data are multiplied with.
SmallVector<char> Contraction::factorLetters(const Plan &plan) {
  SmallVector<char> letters;
  llvm::copy_if(op.getResultLetters(), std::back_inserter(letters), [&](char c) { return c != plan.along; });
  return letters;
}

SmallVector<int64_t> Contraction::factorSizes(const Plan &plan) {
  SmallVector<int64_t> shape;
  for (char letter : factorLetters(plan))
    shape.push_back(getConstantIntValue(sizes.lookup(letter)).value_or(ShapedType::kDynamic));
  return shape;
}

/// The product of all operands but the data.
Scalar Contraction::factorAt(const Plan &plan, const Places &places) {
  Scalar total = product(places, plan.along);
  return total.value ? total : Scalar{l.number(1.0, element)};
}

void Contraction::storeFactors(const Plan &plan, const View &factors) {
  SmallVector<Index> held;
  for (char letter : factorLetters(plan))
    held.push_back(sizes.lookup(letter));
  l.forEachIndex(held, [&](Indices at) {
    Places places;
    for (auto [letter, place] : llvm::zip(factorLetters(plan), at))
      places[letter] = place;
    l.store(factors, at, factorAt(plan, places));
  });
}

std::optional<View> Contraction::roomForFactors(const View &into) {
  std::optional<Plan> plan = planUpdate(into, /*overLanes=*/true);
  if (!plan || plan->rowLetter || plan->staged)
    return std::nullopt;
  SmallVector<int64_t> shape = factorSizes(*plan);
  if (ShapedType::isDynamicShape(shape))
    return std::nullopt;
  shape.push_back(blockRows);
  View factors = l.allocateStatic(shape, element, /*perLane=*/false);
  factors.strides.pop_back();
  return factors;
}

void Contraction::delay(const View &into, View factors, Value blockStart) {
  factors.offset = l.make<arith::SubIOp>(l.lanes.base, blockStart); // their own room begins at 0
  factors.laneStride = l.builder.getIndexAttr(1);
  storeFactors(*planUpdate(into, /*overLanes=*/true), factors);
}

void Contraction::flush(const View &into, const View &factors, Value rows) {
  addRows(*planUpdate(into, /*overLanes=*/true), into, &factors, rows);
}

bool Contraction::update(const View &into, bool overLanes) {
  std::optional<Plan> plan = planUpdate(into, overLanes);
  if (!plan)
    return false;
  if (plan->rowLetter) {
    addRows(*plan, into, nullptr, l.asValue(sizes.lookup(plan->rowLetter)));
    return true;
  }
  SmallVector<int64_t> shape = factorSizes(*plan);
  if (ShapedType::isDynamicShape(shape))
    return false;
  if (plan->staged) {
    Operand &data = dataOf(*plan);
    if (!(data.rows = l.rowsOfLanes(data.value, op)))
      return false;
  }
  View factors = l.allocateStatic(shape, element, /*perLane=*/true);
  storeFactors(*plan, factors);
  addRows(*plan, into, &factors, l.lanes.mask ? l.lanes.active : l.index(l.lanes.width));
  return true;
}

/// Whole groups of columns, then those that are left.
void Contraction::addRows(const Plan &plan, const View &into, const View *factors, Value rows) {
  const int64_t atOnce = resultsAtOnce(plan);
  const int64_t results = atOnce * static_cast<int64_t>(combinations(plan.block).size());
  const int64_t chunks = std::clamp<int64_t>(accumulators() / results, 1, 4);
  Index size = sizes.lookup(plan.along);
  Value length = l.asValue(size), wide = l.index(chunks * chunk);
  Value full = l.make<arith::SubIOp>(length, l.make<arith::RemUIOp>(length, wide));
  {
    auto loop = scf::ForOp::create(l.builder, l.loc, l.index(0), full, wide);
    OpBuilder::InsertionGuard guard(l.builder);
    l.builder.setInsertionPointToStart(loop.getBody());
    forEachBlock(plan, atOnce, [&](const std::vector<Places> &some) {
      updateColumns(plan, some, into, factors, loop.getInductionVar(), chunks, {}, rows);
    });
  }
  const int64_t left = restAtOnce(size, results, chunks);
  auto loop = scf::ForOp::create(l.builder, l.loc, full, length, l.index(left * chunk));
  OpBuilder::InsertionGuard guard(l.builder);
  l.builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> masks;
  for (int64_t c = 0; c < left; ++c) {
    Value first = l.asValue(l.plus(loop.getInductionVar(), l.builder.getIndexAttr(c * chunk)));
    masks.push_back(chunkMask(l.make<arith::SubIOp>(length, first))); // none of a negative number
  }
  forEachBlock(plan, atOnce, [&](const std::vector<Places> &some) {
    updateColumns(plan, some, into, factors, loop.getInductionVar(), left, masks, rows);
  });
}

/// How many chunks of the columns that are left are taken at once: all, if their number is known; else so
/// many that no addition waits for the one before.
int64_t Contraction::restAtOnce(Index size, int64_t results, int64_t chunks) {
  constexpr int64_t latency = 4;
  std::optional<int64_t> known = getConstantIntValue(size);
  if (!known)
    return std::min<int64_t>(chunks, llvm::divideCeil(latency, results));
  return std::max<int64_t>(1, llvm::divideCeil(*known % (chunks * chunk), chunk));
}

/// The rows of an update can be read again after the loop if they are slices of something from outside it.
static tensor::ExtractSliceOp rowsOf(gen::EinsumOp op, Block *block) {
  if (op.getResultLetters().empty())
    return {};
  for (unsigned i = 0; i < op.getNumOperands(); ++i) {
    if (!op.getLetters(i).contains(op.getResultLetters().back()))
      continue;
    auto slice = op.getOperand(i).getDefiningOp<tensor::ExtractSliceOp>();
    if (!slice || slice->getBlock() != block)
      return {};
    bool outside = llvm::all_of(slice->getOperands(), [&](Value v) {
      return v == block->getArgument(0) || v.getParentBlock() != block;
    });
    return outside ? slice : tensor::ExtractSliceOp();
  }
  return {};
}

bool Lowerer::canDelay(Value yielded, Block *block) {
  Operation *op = yielded.getDefiningOp();
  if (!op || !deferred.contains(op))
    return false;
  if (isa<arith::AddFOp>(op))
    return canDelay(op->getOperand(0), block) || canDelay(op->getOperand(1), block);
  auto einsum = dyn_cast<gen::EinsumOp>(op);
  return einsum && rowsOf(einsum, block);
}

LogicalResult Lowerer::flush(OpenSweep &sweep, Value rows) {
  set(sweep.op.getIndex(), Scalar{sweep.blockStart, false, true});
  for (DelayedUpdate &update : sweep.delayed) {
    if (failed(lowerSlice(rowsOf(update.op, sweep.op.getBlock()))))
      return failure();
    Contraction(*this, update.op).flush(update.into, update.factors, rows);
  }
  sweep.delayed.clear();
  return success();
}

} // namespace genfuse::lower
