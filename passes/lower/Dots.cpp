// Einsums that are rows of dot products.
#include "passes/lower/Contraction.h"

using namespace mlir;

namespace genfuse::lower {

/// Splits the result's letters into a block to unroll and at most one letter that numbers rows.
bool Contraction::splitResult(Plan &plan, bool rowsAreLanes) {
  int64_t count = 1;
  for (char letter : op.getResultLetters()) {
    if (letter == plan.along)
      continue;
    std::optional<int64_t> size = getConstantIntValue(sizes.lookup(letter));
    if (size && count * *size <= accumulators()) {
      count *= *size;
      plan.block.push_back(letter);
    } else if (rowsAreLanes || plan.rowLetter) {
      return false;
    } else {
      plan.rowLetter = letter;
    }
  }
  return true;
}

/// Legal if one letter is summed, every operand lies in memory along it, and lanes are rows, if there are any.
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

/// Results of `rows` rows from `firstRow` on (rows past the last one repeat it), written to `out`.
void Contraction::dotBlock(const Plan &plan, const std::vector<Places> &results, Value firstRow, int64_t rows,
                           Value lastRow, const View &out, bool perLane) {
  SmallVector<Value> row;
  for (int64_t r = 0; r < rows; ++r)
    row.push_back(l.make<arith::MinUIOp>(l.asValue(l.plus(firstRow, l.builder.getIndexAttr(r))), lastRow));
  auto zero = l.make<arith::ConstantOp>(l.builder.getZeroAttr(VectorType::get({chunk}, element)));
  SmallVector<Value> sums(rows * results.size(), zero);
  Value length = l.asValue(sizes.lookup(plan.along));
  Value rest = l.make<arith::RemUIOp>(length, l.index(chunk));
  Value full = l.make<arith::SubIOp>(length, rest);

  auto step = [&](Value column, Value mask, MutableArrayRef<Value> totals) {
    // Each chunk of each operand is loaded once for all rows and results that share it.
    std::map<std::tuple<unsigned, int64_t, std::string>, Value> loaded;
    auto chunkOf = [&](unsigned n, int64_t r, const Places &result) {
      const Operand &operand = operands[n];
      bool byRow = isRows(operand) || (plan.rowLetter && operand.letters.contains(plan.rowLetter));
      std::string key;
      Places places{{plan.along, Index(column)}};
      for (char letter : operand.letters)
        if (auto place = result.find(letter); place != result.end()) {
          places[letter] = place->second;
          key += std::to_string(*getConstantIntValue(place->second)) + letter;
        }
      if (plan.rowLetter)
        places[plan.rowLetter] = row[r];
      Value &value = loaded[{n, byRow ? r : -1, key}];
      if (!value) {
        Value at = positionAt(operand, places, row[r]);
        value = loadChunk(l.tensor(operand.value).view->memory, at, mask);
        if (byRow && !mask)
          prefetchAhead(operand, at, plan.rowLetter);
      }
      return value;
    };
    for (int64_t r = 0; r < rows; ++r)
      for (auto [k, result] : llvm::enumerate(results)) {
        Value &total = totals[r * results.size() + k];
        Value factor = chunkOf(0, r, result);
        for (unsigned n = 1; n + 1 < operands.size(); ++n)
          factor = l.make<arith::MulFOp>(factor, chunkOf(n, r, result));
        total = operands.size() == 1
                    ? l.make<arith::AddFOp>(total, factor)
                    : l.make<math::FmaOp>(factor, chunkOf(operands.size() - 1, r, result), total);
      }
  };
  auto loop = scf::ForOp::create(l.builder, l.loc, l.index(0), full, l.index(chunk), sums);
  {
    OpBuilder::InsertionGuard guard(l.builder);
    l.builder.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> totals(loop.getRegionIterArgs());
    step(loop.getInductionVar(), Value(), totals);
    scf::YieldOp::create(l.builder, l.loc, totals);
  }
  SmallVector<Value> totals(loop.getResults());
  // A rest of no columns loads nothing and adds zeros.
  step(full, chunkMask(rest), totals);
  for (int64_t r = 0; r < rows; ++r)
    for (auto [k, result] : llvm::enumerate(results)) {
      Value sum = l.laneSum(totals[r * results.size() + k]);
      SmallVector<Index> indices;
      for (char letter : op.getResultLetters())
        indices.push_back(letter == plan.rowLetter ? Index(row[r]) : result.find(letter)->second);
      View place = out;
      place.laneStride.reset();
      Index at = l.position(place, indices);
      if (perLane)
        at = l.plus(at, row[r]);
      memref::StoreOp::create(l.builder, l.loc, sum, out.memory, l.asValue(at));
    }
}

std::optional<View> Contraction::dots(bool &perLane) {
  std::optional<Plan> plan = planDots();
  if (!plan)
    return std::nullopt;
  std::vector<Places> results = combinations(plan->block);
  perLane = !plan->rowLetter && l.lanes.width > 1;
  int64_t block = std::max<int64_t>(1, accumulators() / results.size());
  View out;
  if (isa<RankedTensorType>(op.getType())) {
    std::optional<View> place = l.allocate(op.getResult(), element, perLane, op);
    if (!place)
      return std::nullopt;
    out = *place;
  } else {
    out = l.allocateStatic({}, element, perLane);
  }
  if (!perLane && !plan->rowLetter) {
    dotBlock(*plan, results, l.index(0), 1, l.index(0), out, false);
    return out;
  }
  Value rows = perLane ? (l.lanes.mask ? l.lanes.active : l.index(l.lanes.width))
                       : l.asValue(sizes.lookup(plan->rowLetter));
  if (perLane)
    block = std::min(block, l.lanes.width);
  Value last = l.make<arith::SubIOp>(rows, l.index(1));
  auto loop = scf::ForOp::create(l.builder, l.loc, l.index(0), rows, l.index(block));
  OpBuilder::InsertionGuard guard(l.builder);
  l.builder.setInsertionPointToStart(loop.getBody());
  dotBlock(*plan, results, loop.getInductionVar(), block, last, out, perLane);
  return out;
}

} // namespace genfuse::lower
