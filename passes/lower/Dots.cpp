// Einsums that are rows of dot products.
#include "passes/lower/Contraction.h"

using namespace mlir;

namespace genfuse::lower {

/// How far ahead rows are asked for (measured on rows of 220 bytes, blocks of 16, and of 3 kB, blocks of 2).
constexpr int64_t blocksAhead = 2;
/// A turn of a loop over fewer products takes two chunks, else what the loop itself costs would show (4 % on
/// x86-64-v3, where there are ten).
constexpr int64_t fewProducts = 16;

/// Splits the result's letters into a block to unroll, at most one letter that numbers rows, and at most one
/// that is taken in blocks.
bool Contraction::splitResult(Plan &plan, bool rowsAreLanes) {
  int64_t count = 1;
  for (char letter : op.getResultLetters()) {
    if (letter == plan.along)
      continue;
    std::optional<int64_t> size = getConstantIntValue(sizes.lookup(letter));
    if (size && *size == 0)
      return false;
    if (size && count * *size <= accumulators() / 2) {
      count *= *size;
      plan.block.push_back(letter);
    } else if (!rowsAreLanes && !plan.rowLetter) {
      plan.rowLetter = letter;
    } else if (!plan.wide) {
      plan.wide = letter;
    } else {
      return false;
    }
  }
  return true;
}

/// `most`, or as little less (at most half) as a known size wants to be divided best.
int64_t Contraction::dividing(Index size, int64_t most) {
  std::optional<int64_t> known = getConstantIntValue(size);
  if (!known)
    return most;
  int64_t best = most;
  for (int64_t each = most; each > most / 2; --each)
    if (llvm::alignTo(*known, each) < llvm::alignTo(*known, best))
      best = each;
  return best;
}

/// How many places of the letter that is taken in blocks: those that leave room for an eighth of the
/// registers' number of rows.
int64_t Contraction::resultsAtOnce(const Plan &plan) {
  int64_t unrolled = 1;
  for (char letter : plan.block)
    unrolled *= *getConstantIntValue(sizes.lookup(letter));
  if (!plan.wide)
    return 1;
  const int64_t most = accumulators() / (l.vectors.count / 8) / unrolled;
  return dividing(sizes.lookup(plan.wide), std::max<int64_t>(1, most));
}

/// Emits `body` for all combinations of places of the block, and for so many of the letter that is taken in
/// blocks at a time; places past its last one repeat that.
void Contraction::forEachBlock(const Plan &plan, int64_t atOnce,
                               llvm::function_ref<void(const std::vector<Places> &)> body) {
  std::vector<Places> unrolled = combinations(plan.block);
  if (!plan.wide)
    return body(unrolled);
  Index size = sizes.lookup(plan.wide);
  std::optional<int64_t> known = getConstantIntValue(size);
  const bool divides = known && *known % atOnce == 0;
  Value end = l.asValue(size), last = l.make<arith::SubIOp>(end, l.index(1));
  auto loop = scf::ForOp::create(l.builder, l.loc, l.index(0), end, l.index(atOnce));
  OpBuilder::InsertionGuard guard(l.builder);
  l.builder.setInsertionPointToStart(loop.getBody());
  std::vector<Places> results;
  for (int64_t i = 0; i < atOnce; ++i) {
    Value place = l.asValue(l.plus(loop.getInductionVar(), l.builder.getIndexAttr(i)));
    if (!divides && i > 0)
      place = l.make<arith::MinUIOp>(place, last);
    for (Places places : unrolled) {
      places[plan.wide] = place;
      results.push_back(std::move(places));
    }
  }
  body(results);
}

/// Legal if one letter is summed, every operand lies in memory along it, and lanes are rows, if there are
/// any.
std::optional<Contraction::Plan> Contraction::planDots() {
  if (l.threads || summed.size() != 1)
    return std::nullopt;
  Plan plan{summed[0], 0, {}};
  std::optional<int64_t> size = getConstantIntValue(sizes.lookup(plan.along));
  if (size && *size < chunk)
    return std::nullopt;
  bool anyRows = false;
  for (const Operand &operand : operands) {
    if (!contiguous(operand, plan.along))
      return std::nullopt;
    if (l.tensor(operand.value).varying && !isRows(operand))
      return std::nullopt;
    anyRows = anyRows || isRows(operand);
  }
  if (l.lanes.width > 1 && !anyRows)
    return std::nullopt;
  if (!splitResult(plan, anyRows))
    return std::nullopt;
  return plan;
}

/// Adds the products of one chunk of columns to the sums of all rows and results.
void Contraction::addProducts(const Plan &plan, const std::vector<Places> &results, ArrayRef<Value> rows,
                              Value column, Value mask, MutableArrayRef<Value> sums) {
  // Each chunk of each operand is loaded once for all rows and results that share it.
  std::map<std::tuple<unsigned, size_t, std::vector<const void *>>, Value> loaded;
  auto chunkOf = [&](unsigned n, size_t r, const Places &result) {
    const Operand &operand = operands[n];
    bool byRow = isRows(operand) || (plan.rowLetter && operand.letters.contains(plan.rowLetter));
    std::vector<const void *> key;
    Places places{{plan.along, Index(column)}};
    for (char letter : operand.letters)
      if (auto place = result.find(letter); place != result.end()) {
        places[letter] = place->second;
        key.push_back(place->second.getOpaqueValue());
      }
    if (plan.rowLetter)
      places[plan.rowLetter] = rows[r];
    Value &value = loaded[{n, byRow ? r : rows.size(), key}];
    if (!value) {
      Value at = positionAt(operand, places, rows[r]);
      value = loadChunk(viewOf(operand)->memory, at, mask);
      if (byRow && !mask)
        prefetchAhead(operand, at, plan.rowLetter, blocksAhead * static_cast<int64_t>(rows.size()));
    }
    return value;
  };
  for (size_t r = 0; r < rows.size(); ++r)
    for (auto [k, result] : llvm::enumerate(results)) {
      Value &sum = sums[r * results.size() + k];
      Value factor = chunkOf(0, r, result);
      for (unsigned n = 1; n + 1 < operands.size(); ++n)
        factor = l.make<arith::MulFOp>(factor, chunkOf(n, r, result));
      sum = operands.size() == 1 ? l.make<arith::AddFOp>(sum, factor)
                                 : l.make<math::FmaOp>(factor, chunkOf(operands.size() - 1, r, result), sum);
    }
}

/// The sums of all columns, still one for each place of a chunk.
SmallVector<Value> Contraction::sumsOfProducts(const Plan &plan, const std::vector<Places> &results,
                                               ArrayRef<Value> rows) {
  auto zero = l.make<arith::ConstantOp>(l.builder.getZeroAttr(VectorType::get({chunk}, element)));
  SmallVector<Value> sums(rows.size() * results.size(), zero);
  Value length = l.asValue(sizes.lookup(plan.along));
  auto restOf = [&](int64_t columns) { return l.make<arith::RemUIOp>(length, l.index(columns)); };
  auto loopOver = [&](Value from, Value to, int64_t chunks) {
    auto loop = scf::ForOp::create(l.builder, l.loc, from, to, l.index(chunks * chunk), sums);
    OpBuilder::InsertionGuard guard(l.builder);
    l.builder.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> totals(loop.getRegionIterArgs());
    for (int64_t c = 0; c < chunks; ++c)
      addProducts(plan, results, rows,
                  l.asValue(l.plus(loop.getInductionVar(), l.builder.getIndexAttr(c * chunk))), Value(),
                  totals);
    scf::YieldOp::create(l.builder, l.loc, totals);
    sums.assign(loop.getResults().begin(), loop.getResults().end());
  };
  Value rest = restOf(chunk), full = l.make<arith::SubIOp>(length, rest), from = l.index(0);
  if (static_cast<int64_t>(sums.size()) < fewProducts) {
    Value pairs = l.make<arith::SubIOp>(length, restOf(2 * chunk));
    loopOver(from, pairs, 2);
    from = pairs;
  }
  loopOver(from, full, 1);
  // A rest of no columns, if that is not known, loads nothing and adds zeros.
  std::optional<int64_t> known = getConstantIntValue(sizes.lookup(plan.along));
  if (!known || *known % chunk != 0)
    addProducts(plan, results, rows, full, chunkMask(rest), sums);
  return sums;
}

/// Results of `rows` rows from `firstRow` on, written to `out`. Rows past `lastRow`, if there is one, repeat
/// it.
void Contraction::dotBlock(const Plan &plan, const std::vector<Places> &results, Value firstRow, int64_t rows,
                           Value lastRow, const View &out, bool perLane) {
  SmallVector<Value> row;
  for (int64_t r = 0; r < rows; ++r) {
    row.push_back(l.asValue(l.plus(firstRow, l.builder.getIndexAttr(r))));
    if (lastRow && r > 0)
      row.back() = l.make<arith::MinUIOp>(row.back(), lastRow);
  }
  const SmallVector<Value> totals = sumsOfProducts(plan, results, row);
  // Rows of one result side by side.
  SmallVector<Value> ordered;
  for (size_t k = 0; k < results.size(); ++k)
    for (int64_t r = 0; r < rows; ++r)
      ordered.push_back(totals[r * results.size() + k]);
  SmallVector<Value> reduced = sumsOfLanes(l, ordered);
  // Lanes that all exist are written together.
  const int64_t together = perLane && !lastRow ? std::min(rows, chunk) : 1;
  for (auto [k, result] : llvm::enumerate(results))
    for (int64_t r = 0; r < rows; r += together) {
      SmallVector<Index> indices;
      for (char letter : op.getResultLetters())
        indices.push_back(letter == plan.rowLetter ? Index(row[r]) : result.find(letter)->second);
      View place = out;
      place.laneStride.reset();
      Index at = l.position(place, indices);
      if (perLane)
        at = l.plus(at, row[r]);
      const int64_t number = static_cast<int64_t>(k) * rows + r, lane = number % chunk;
      Value some = reduced[number / chunk];
      if (together > 1)
        vector::StoreOp::create(l.builder, l.loc,
                                l.make<vector::ExtractStridedSliceOp>(some, lane, together, 1), out.memory,
                                l.asValue(at));
      else
        memref::StoreOp::create(l.builder, l.loc, l.make<vector::ExtractOp>(some, lane), out.memory,
                                l.asValue(at));
    }
}

std::optional<View> Contraction::dots(bool &perLane) {
  std::optional<Plan> plan = planDots();
  if (!plan)
    return std::nullopt;
  perLane = !plan->rowLetter && l.lanes.width > 1;
  View out;
  if (isa<RankedTensorType>(op.getType())) {
    std::optional<View> place = l.allocate(op.getResult(), element, perLane, op);
    if (!place)
      return std::nullopt;
    out = *place;
  } else {
    out = l.allocateStatic({}, element, perLane);
  }
  const int64_t atOnce = resultsAtOnce(*plan);
  if (!perLane && !plan->rowLetter) {
    forEachBlock(*plan, atOnce, [&](const std::vector<Places> &results) {
      dotBlock(*plan, results, l.index(0), 1, Value(), out, false);
    });
    return out;
  }
  const int64_t results = atOnce * static_cast<int64_t>(combinations(plan->block).size());
  int64_t block = std::max<int64_t>(1, accumulators() / results);
  if (perLane)
    block = std::min<int64_t>(llvm::bit_floor(static_cast<uint64_t>(block)), l.lanes.width);
  Value rows = perLane ? (l.lanes.mask ? l.lanes.active : l.index(l.lanes.width))
                       : l.asValue(sizes.lookup(plan->rowLetter));
  std::optional<int64_t> known = getConstantIntValue(rows);
  Value last = known && *known % block == 0 ? Value() : l.make<arith::SubIOp>(rows, l.index(1));
  auto loop = scf::ForOp::create(l.builder, l.loc, l.index(0), rows, l.index(block));
  OpBuilder::InsertionGuard guard(l.builder);
  l.builder.setInsertionPointToStart(loop.getBody());
  forEachBlock(*plan, atOnce, [&](const std::vector<Places> &results) {
    dotBlock(*plan, results, loop.getInductionVar(), block, last, out, perLane);
  });
  return out;
}

} // namespace genfuse::lower
