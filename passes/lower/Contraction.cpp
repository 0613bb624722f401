// The general form of an einsum, and the choice among the forms.
#include "passes/lower/Contraction.h"
#include "passes/lower/Product.h"

using namespace mlir;

namespace genfuse::lower {

/// One loop carries the sums at all these places.
SmallVector<Scalar> Contraction::sumsAt(const std::vector<Places> &results) {
  bool varying = varies();
  auto lift = [&](Scalar s) { return varying ? l.broadcast(s) : s.value; };
  SmallVector<Value> sums(results.size(), lift({l.number(0.0, element)}));
  auto step = [&](const Places &at) {
    for (auto [sum, result] : llvm::zip(sums, results)) {
      Places places = at;
      for (auto [letter, place] : result)
        places[letter] = place;
      sum = l.make<arith::AddFOp>(sum, lift(product(places)));
    }
  };
  SmallVector<Index> summedSizes;
  for (char letter : summed)
    summedSizes.push_back(sizes.lookup(letter));
  std::optional<int64_t> count = l.staticCount(summedSizes);
  if (count && *count * static_cast<int64_t>(results.size()) <= 4 * maxRegisters) {
    for (const Places &places : combinations(summed))
      step(places);
  } else {
    OpBuilder::InsertionGuard guard(l.builder);
    SmallVector<scf::ForOp> loops;
    Places places;
    for (char letter : summed) {
      auto loop =
          scf::ForOp::create(l.builder, l.loc, l.index(0), l.asValue(sizes.lookup(letter)), l.index(1), sums);
      if (!loops.empty())
        scf::YieldOp::create(l.builder, l.loc, loop.getResults());
      loops.push_back(loop);
      l.builder.setInsertionPointToStart(loop.getBody());
      sums.assign(loop.getRegionIterArgs().begin(), loop.getRegionIterArgs().end());
      places[letter] = loop.getInductionVar();
    }
    step(places);
    scf::YieldOp::create(l.builder, l.loc, sums);
    sums.assign(loops.front().getResults().begin(), loops.front().getResults().end());
  }
  SmallVector<Scalar> values;
  for (Value sum : sums)
    values.push_back({sum, varying});
  return values;
}

SmallVector<Scalar> Contraction::general() {
  StringRef letters = op.getResultLetters();
  return sumsAt(combinations(SmallVector<char>(letters.begin(), letters.end())));
}

/// Adds the results to those in memory, as many of the last letter at once as there are accumulators: what
/// they have in common is read once for all of them.
void Contraction::accumulateGeneral(const View &into, bool overLanes) {
  StringRef letters = op.getResultLetters();
  Plan plan;
  int64_t atOnce = 1;
  if (!summed.empty() && !letters.empty()) {
    plan.wide = letters.back();
    atOnce = generalAtOnce(sizes.lookup(plan.wide));
    letters = letters.drop_back();
  }
  SmallVector<Index> outer;
  for (char letter : letters)
    outer.push_back(sizes.lookup(letter));
  l.forEachIndex(outer, [&](Indices at) {
    forEachBlock(plan, atOnce, [&](std::vector<Places> results) {
      for (Places &places : results)
        for (auto [letter, place] : llvm::zip(letters, at))
          places[letter] = place;
      addTo(into, results, overLanes);
    });
  });
}

/// As many results as accumulators, or as divide a known size best.
int64_t Contraction::generalAtOnce(Index size) {
  const int64_t bytes = element.getIntOrFloatBitWidth() / 8 * (varies() ? l.lanes.width : 1);
  const int64_t registers = std::max<int64_t>(1, bytes / l.vectors.bytes);
  return dividing(size, std::max<int64_t>(1, accumulators() / registers));
}

/// All sums are read before any is written: a place may be there twice (forEachBlock).
void Contraction::addTo(const View &into, const std::vector<Places> &results, bool overLanes) {
  SmallVector<SmallVector<Index>> places;
  SmallVector<Scalar> totals;
  for (auto [result, term] : llvm::zip(results, sumsAt(results))) {
    SmallVector<Index> at;
    for (char letter : op.getResultLetters())
      at.push_back(result.lookup(letter));
    if (overLanes)
      term = {l.laneSum(l.zeroWhereInactive(l.broadcast(term)))};
    Scalar old = l.load(into, at);
    bool varying = old.varying || term.varying;
    totals.push_back({l.make<arith::AddFOp>(varying ? l.broadcast(old) : old.value,
                                            varying ? l.broadcast(term) : term.value),
                      varying});
    places.push_back(std::move(at));
  }
  for (auto [at, total] : llvm::zip(places, totals))
    l.store(into, at, total);
}

LogicalResult Lowerer::lowerEinsum(gen::EinsumOp op) {
  if (std::optional<Product> product = productOf(op))
    return lowerProduct(op, *product);
  Contraction contraction(*this, op);
  bool isTensor = isa<RankedTensorType>(op.getType());
  bool perLane = false;
  if (std::optional<View> out = op.getOrdered() ? std::nullopt : contraction.dots(perLane)) {
    if (!isTensor) {
      set(op.getResult(), load(*out, {}));
      return success();
    }
    Tensor held;
    held.sizes = sizesOf(op.getResult());
    held.element = getElementTypeOrSelf(op.getType());
    held.varying = perLane;
    held.view = out;
    std::optional<int64_t> count = staticCount(held.sizes);
    if (count && *count <= maxRegisters) {
      held.elements.emplace();
      forEachIndex(held.sizes, [&](Indices at) { held.elements->push_back(load(*out, at)); });
      held.view.reset();
    }
    tensors[op.getResult()] = std::move(held);
    return success();
  }
  if (!isTensor) {
    set(op.getResult(), contraction.general().front());
    return success();
  }
  Tensor held;
  held.sizes = contraction.resultSizes();
  held.element = getElementTypeOrSelf(op.getType());
  held.varying = contraction.varies();
  std::optional<int64_t> count = staticCount(held.sizes);
  if (count && *count <= maxRegisters) {
    held.elements = contraction.general();
    tensors[op.getResult()] = std::move(held);
    return success();
  }
  tensors[op.getResult()] = held; // its sizes, for allocate
  std::optional<View> out = allocate(op.getResult(), held.element, held.varying, op);
  if (!out)
    return failure();
  fill(*out, held.sizes, 0.0);
  if (failed(accumulateEinsum(op, *out, /*overLanes=*/false)))
    return failure();
  held.view = out;
  tensors[op.getResult()] = std::move(held);
  return success();
}

/// That of the whole vectors, if the tail is being lowered; none if the update cannot wait.
const Lowerer::DelayedUpdate *Lowerer::delayedUpdate(Contraction &contraction, gen::EinsumOp op,
                                                     const View &into) {
  std::vector<DelayedUpdate> &all = delaying->delayed;
  auto known = llvm::find_if(all, [&](const DelayedUpdate &update) { return update.op == op; });
  if (known != all.end())
    return &*known;
  std::optional<View> factors = contraction.roomForFactors(into);
  return factors ? &all.emplace_back(op, into, *factors) : nullptr;
}

LogicalResult Lowerer::accumulateEinsum(gen::EinsumOp op, const View &into, bool overLanes) {
  Contraction contraction(*this, op);
  if (delaying && overLanes && canDelay(op.getResult(), op->getBlock()))
    if (const DelayedUpdate *update = delayedUpdate(contraction, op, into)) {
      contraction.delay(into, update->factors, delaying->blockStart);
      return success();
    }
  if (!op.getOrdered() && contraction.update(into, overLanes))
    return success();
  contraction.accumulateGeneral(into, overLanes);
  return success();
}

} // namespace genfuse::lower
