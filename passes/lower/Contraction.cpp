// Einsums. Three forms, tried in this order:
//   dots     rows of contiguous data against each other: vectors along the summed letter, a block of rows and of
//            results in registers, one horizontal sum each (y = W x for a tile of rows x);
//   updates  a sum of outer products: vectors along a letter of the result, a block of results in registers, a loop
//            over the rows (dW += r x' over a tile of rows);
//   general  a loop nest in lanes.
#include "passes/lower/Sums.h"

using namespace mlir;

namespace genfuse::lower {

namespace {

/// How many vector accumulators a block may hold.
constexpr int64_t accumulators = 20;
/// Bytes of a vector register of the widest level; narrower ones split it.
constexpr int64_t registerBytes = 64;

struct Operand {
  Value value;
  StringRef letters;
  bool isTensor;
};

} // namespace

class Contraction {
public:
  Contraction(Lowerer &l, gen::EinsumOp op) : l(l), op(op) {
    for (unsigned i = 0; i < op.getNumOperands(); ++i) {
      Value value = op.getOperand(i);
      bool isTensor = isa<RankedTensorType>(value.getType());
      operands.push_back({value, op.getLetters(i), isTensor});
      if (!isTensor)
        continue;
      SmallVector<Index> held = l.sizesOf(value);
      for (auto [d, letter] : llvm::enumerate(op.getLetters(i)))
        if (!sizes.contains(letter) || getConstantIntValue(held[d]))
          sizes[letter] = held[d];
    }
    for (const Operand &operand : operands)
      for (char letter : operand.letters)
        if (!op.getResultLetters().contains(letter) && !llvm::is_contained(summed, letter))
          summed.push_back(letter);
    element = getElementTypeOrSelf(op.getType());
    chunk = registerBytes * 8 / element.getIntOrFloatBitWidth();
  }

  bool varies() const {
    return llvm::any_of(operands, [&](const Operand &o) {
      return o.isTensor ? l.tensor(o.value).varying
                        : l.scalar(o.value).varying || l.scalar(o.value).isLaneIndex;
    });
  }

  /// The value of every result element at once if they fit in registers; null if another form is needed.
  std::optional<SmallVector<Scalar>> general(Indices resultIndices);
  std::optional<View> dots(bool &perLane);
  bool update(const View &into, bool overLanes);
  /// Keeps the factors of an update over lanes for later; none if it is no such update.
  std::optional<View> delay(const View &into, Value blockStart);
  /// Adds a block of rows whose factors were kept.
  void flush(const View &into, const View &factors, Value rows);

  SmallVector<Index> resultSizes() {
    SmallVector<Index> result;
    for (char letter : op.getResultLetters())
      result.push_back(sizes.lookup(letter));
    return result;
  }

private:
  using Places = llvm::SmallDenseMap<char, Index>;

  Scalar product(const Places &places) {
    Scalar total;
    for (const Operand &operand : operands) {
      SmallVector<Index> indices;
      for (char letter : operand.letters)
        indices.push_back(places.lookup(letter));
      Scalar value = operand.isTensor ? l.elementAt(l.tensor(operand.value), indices) : l.scalar(operand.value);
      total = total.value ? multiply(total, value) : value;
    }
    return total;
  }
  Scalar multiply(Scalar a, Scalar b) {
    bool varying = a.varying || b.varying;
    return {l.make<arith::MulFOp>(varying ? l.broadcast(a) : a.value, varying ? l.broadcast(b) : b.value), varying};
  }

  /// The stride of a letter in an operand's memory; none where the operand does not have it or lies in registers.
  std::optional<Index> stride(const Operand &operand, char letter) {
    size_t at = operand.letters.find(letter);
    if (at == StringRef::npos || !operand.isTensor || !l.tensor(operand.value).view)
      return std::nullopt;
    return l.tensor(operand.value).view->strides[at];
  }
  bool contiguous(const Operand &operand, char letter) {
    std::optional<Index> step = stride(operand, letter);
    return step && l.isOne(*step);
  }
  /// Lanes lie apart in memory: each lane is a row.
  bool isRows(const Operand &operand) {
    if (!operand.isTensor || !l.tensor(operand.value).view)
      return false;
    std::optional<Index> step = l.tensor(operand.value).view->laneStride;
    return step && !l.isOne(*step);
  }

  /// Position in memory of an operand at given places and row.
  Value positionAt(const Operand &operand, const Places &places, Value row) {
    View view = *l.tensor(operand.value).view;
    SmallVector<Index> indices;
    for (char letter : operand.letters) {
      auto place = places.find(letter);
      indices.push_back(place == places.end() ? Index(l.builder.getIndexAttr(0)) : place->second);
    }
    Index at = l.position(view, indices);
    if (row && view.laneStride)
      at = l.plus(at, l.times(row, *view.laneStride));
    return l.asValue(at);
  }
  Value loadChunk(Value memory, Value at, Value mask) {
    auto type = VectorType::get({chunk}, element);
    if (!mask)
      return l.make<vector::LoadOp>(type, memory, at);
    Value zero = l.make<arith::ConstantOp>(l.builder.getZeroAttr(type));
    return l.make<vector::MaskedLoadOp>(type, memory, at, mask, zero);
  }
  Value chunkMask(Value count) {
    return l.make<vector::CreateMaskOp>(VectorType::get({chunk}, l.builder.getI1Type()), count);
  }

  /// Asks for the same place a few rows further on (measured: 4 are better than 16 on 3 kB rows); past the end it does
  /// nothing, since a prefetch never faults.
  void prefetchAhead(const Operand &operand, Value at, char rowLetter) {
    const View &view = *l.tensor(operand.value).view;
    Index step = rowLetter ? *stride(operand, rowLetter) : *view.laneStride;
    Index ahead = l.times(l.builder.getIndexAttr(4), step);
    memref::PrefetchOp::create(l.builder, l.loc, view.memory, l.asValue(l.plus(at, ahead)), /*isWrite=*/false,
                               /*localityHint=*/2, /*isDataCache=*/true);
  }

  /// All combinations of static places of `letters`.
  std::vector<Places> combinations(ArrayRef<char> letters) {
    std::vector<Places> all(1);
    for (char letter : letters) {
      std::vector<Places> next;
      for (const Places &places : all)
        for (int64_t i = 0; i < *getConstantIntValue(sizes.lookup(letter)); ++i) {
          Places more = places;
          more[letter] = l.builder.getIndexAttr(i);
          next.push_back(more);
        }
      all = std::move(next);
    }
    return all;
  }

  struct Plan {
    char along;              ///< the letter that vectors run along
    char rowLetter = 0;      ///< the letter that numbers rows; 0: lanes do
    SmallVector<char> block; ///< static letters of the result, unrolled
  };
  bool splitResult(Plan &plan, bool rowsAreLanes);
  std::optional<Plan> planDots();
  std::optional<Plan> planUpdate(const View &into, bool overLanes);
  void storeFactors(const Plan &plan, const std::vector<Places> &results, const View &factors);
  void addRows(const Plan &plan, const std::vector<Places> &results, const View &into, const View *factors, Value rows);
  void dotBlock(const Plan &plan, const std::vector<Places> &results, Value firstRow, int64_t rows, Value lastRow,
                const View &out, bool perLane);
  void updateColumns(const Plan &plan, const std::vector<Places> &results, const View &into, const View *factors,
                     Value column, int64_t chunks, Value mask, Value rows);

  Lowerer &l;
  gen::EinsumOp op;
  SmallVector<Operand> operands;
  SmallVector<char> summed;
  llvm::SmallDenseMap<char, Index> sizes;
  Type element;
  int64_t chunk;
};

// General form.

/// Sums at fixed result indices, or at all of them if they are few: then one loop carries all accumulators.
std::optional<SmallVector<Scalar>> Contraction::general(Indices resultIndices) {
  std::vector<Places> results(1);
  StringRef letters = op.getResultLetters();
  if (resultIndices.empty()) {
    results = combinations(SmallVector<char>(letters.begin(), letters.end()));
  } else {
    for (auto [letter, place] : llvm::zip(letters, resultIndices))
      results[0][letter] = place;
  }
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
      auto loop = scf::ForOp::create(l.builder, l.loc, l.index(0), l.asValue(sizes.lookup(letter)), l.index(1), sums);
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

// Dots.

/// Splits the result's letters into a block to unroll and at most one letter that numbers rows.
bool Contraction::splitResult(Plan &plan, bool rowsAreLanes) {
  int64_t count = 1;
  for (char letter : op.getResultLetters()) {
    if (letter == plan.along)
      continue;
    std::optional<int64_t> size = getConstantIntValue(sizes.lookup(letter));
    if (size && count * *size <= accumulators) {
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
  if (summed.size() != 1)
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
  int64_t block = std::max<int64_t>(1, accumulators / results.size());
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

// Updates.

/// Legal if the result and one operand (the data) lie in memory along a letter that no other operand has, and what
/// is summed is the lanes (which are rows of the data) or one letter.
std::optional<Contraction::Plan> Contraction::planUpdate(const View &into, bool overLanes) {
  StringRef letters = op.getResultLetters();
  if (letters.empty() || into.laneStride || !l.isOne(into.strides.back()))
    return std::nullopt;
  Plan plan{letters.back(), 0, {}};
  std::optional<int64_t> size = getConstantIntValue(sizes.lookup(plan.along));
  if (size && *size < chunk)
    return std::nullopt;
  unsigned data = llvm::count_if(operands, [&](const Operand &o) { return o.letters.contains(plan.along); });
  auto first = llvm::find_if(operands, [&](const Operand &o) { return o.letters.contains(plan.along); });
  if (data != 1 || !contiguous(*first, plan.along))
    return std::nullopt;
  bool laneRows = overLanes && isRows(*first) && summed.empty();
  bool letterRows = l.lanes.width == 1 && summed.size() == 1 && first->letters.contains(summed[0]);
  if (!laneRows && !letterRows)
    return std::nullopt;
  if (!laneRows && l.tensor(first->value).varying)
    return std::nullopt;
  if (first->letters.size() != (laneRows ? 1u : 2u))
    return std::nullopt;
  plan.rowLetter = laneRows ? 0 : summed[0];
  Plan split = plan;
  if (!splitResult(split, true))
    return std::nullopt;
  plan.block = split.block;
  return plan;
}

/// Adds the outer products of all rows to the columns [column, column + chunks * chunk) of every result row.
void Contraction::updateColumns(const Plan &plan, const std::vector<Places> &results, const View &into,
                                const View *factors, Value column, int64_t chunks, Value mask, Value rows) {
  const Operand &data = *llvm::find_if(operands, [&](const Operand &o) { return o.letters.contains(plan.along); });
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
      sums.push_back(loadChunk(into.memory, places.back(), mask));
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
      x.push_back(loadChunk(l.tensor(data.value).view->memory,
                            positionAt(data, at, plan.rowLetter ? Value() : row), mask));
    }
    for (auto [k, result] : llvm::enumerate(results)) {
      Value factor;
      if (factors) {
        SmallVector<Index> indices{l.builder.getIndexAttr(k)};
        View flat = *factors;
        flat.laneStride.reset();
        Index at = l.plus(l.position(flat, indices), row);
        factor = l.make<memref::LoadOp>(factors->memory, l.asValue(at));
      } else {
        Scalar total;
        for (const Operand &operand : operands) {
          if (&operand == &data)
            continue;
          SmallVector<Index> indices;
          for (char letter : operand.letters)
            indices.push_back(letter == plan.rowLetter ? Index(row) : result.find(letter)->second);
          Scalar value = operand.isTensor ? l.elementAt(l.tensor(operand.value), indices) : l.scalar(operand.value);
          total = total.value ? multiply(total, value) : value;
        }
        factor = total.value ? total.value : l.number(1.0, element);
      }
      Value wide = l.make<vector::BroadcastOp>(VectorType::get({chunk}, element), factor);
      for (int64_t c = 0; c < chunks; ++c) {
        Value &total = totals[k * chunks + c];
        total = l.make<math::FmaOp>(wide, x[c], total);
      }
    }
    scf::YieldOp::create(l.builder, l.loc, totals);
  }
  for (auto [place, sum] : llvm::zip(places, loop.getResults())) {
    if (mask)
      vector::MaskedStoreOp::create(l.builder, l.loc, into.memory, place, mask, sum);
    else
      vector::StoreOp::create(l.builder, l.loc, sum, into.memory, place);
  }
}

/// The product of all operands but the data, per result and lane.
void Contraction::storeFactors(const Plan &plan, const std::vector<Places> &results, const View &factors) {
  for (auto [k, result] : llvm::enumerate(results)) {
    Scalar total;
    for (const Operand &operand : operands) {
      if (operand.letters.contains(plan.along))
        continue;
      SmallVector<Index> indices;
      for (char letter : operand.letters)
        indices.push_back(result.find(letter)->second);
      Scalar value = operand.isTensor ? l.elementAt(l.tensor(operand.value), indices) : l.scalar(operand.value);
      total = total.value ? multiply(total, value) : value;
    }
    if (!total.value)
      total = {l.number(1.0, element)};
    l.store(factors, {Index(l.builder.getIndexAttr(k))}, total);
  }
}

std::optional<View> Contraction::delay(const View &into, Value blockStart) {
  std::optional<Plan> plan = planUpdate(into, /*overLanes=*/true);
  if (!plan || plan->rowLetter)
    return std::nullopt;
  std::vector<Places> results = combinations(plan->block);
  View factors = l.allocateStatic({static_cast<int64_t>(results.size()), blockRows}, element, /*perLane=*/false);
  View own = factors;
  own.strides.pop_back();
  own.offset = l.make<arith::SubIOp>(l.lanes.base, blockStart);
  own.laneStride = l.builder.getIndexAttr(1);
  storeFactors(*plan, results, own);
  factors.strides.pop_back();
  return factors;
}

void Contraction::flush(const View &into, const View &factors, Value rows) {
  Plan plan = *planUpdate(into, /*overLanes=*/true);
  addRows(plan, combinations(plan.block), into, &factors, rows);
}

bool Contraction::update(const View &into, bool overLanes) {
  std::optional<Plan> plan = planUpdate(into, overLanes);
  if (!plan)
    return false;
  std::vector<Places> results = combinations(plan->block);
  if (plan->rowLetter) {
    addRows(*plan, results, into, nullptr, l.asValue(sizes.lookup(plan->rowLetter)));
    return true;
  }
  View factors = l.allocateStatic({static_cast<int64_t>(results.size())}, element, /*perLane=*/true);
  storeFactors(*plan, results, factors);
  addRows(*plan, results, into, &factors, l.lanes.mask ? l.lanes.active : l.index(l.lanes.width));
  return true;
}

/// Whole groups of columns, then one masked chunk after the other.
void Contraction::addRows(const Plan &plan, const std::vector<Places> &results, const View &into, const View *factors,
                          Value rows) {
  int64_t chunks = std::max<int64_t>(1, accumulators / results.size());
  chunks = std::min<int64_t>(chunks, 4);
  Value length = l.asValue(sizes.lookup(plan.along));
  Value wide = l.index(chunks * chunk), rest = l.make<arith::RemUIOp>(length, wide);
  Value full = l.make<arith::SubIOp>(length, rest);
  {
    auto loop = scf::ForOp::create(l.builder, l.loc, l.index(0), full, wide);
    OpBuilder::InsertionGuard guard(l.builder);
    l.builder.setInsertionPointToStart(loop.getBody());
    updateColumns(plan, results, into, factors, loop.getInductionVar(), chunks, Value(), rows);
  }
  auto loop = scf::ForOp::create(l.builder, l.loc, full, length, l.index(chunk));
  OpBuilder::InsertionGuard guard(l.builder);
  l.builder.setInsertionPointToStart(loop.getBody());
  Value left = l.make<arith::SubIOp>(length, loop.getInductionVar());
  updateColumns(plan, results, into, factors, loop.getInductionVar(), 1, chunkMask(left), rows);
}

// Entry points.

LogicalResult Lowerer::lowerEinsum(gen::EinsumOp op) {
  Contraction contraction(*this, op);
  bool isTensor = isa<RankedTensorType>(op.getType());
  bool perLane = false;
  if (std::optional<View> out = contraction.dots(perLane)) {
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
    set(op.getResult(), contraction.general({})->front());
    return success();
  }
  Tensor held;
  held.sizes = contraction.resultSizes();
  held.element = getElementTypeOrSelf(op.getType());
  held.varying = contraction.varies();
  std::optional<int64_t> count = staticCount(held.sizes);
  if (count && *count <= maxRegisters) {
    held.elements = contraction.general({});
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

LogicalResult Lowerer::accumulateEinsum(gen::EinsumOp op, const View &into, bool overLanes) {
  Contraction contraction(*this, op);
  if (delaying && overLanes && canDelay(op.getResult(), op->getBlock()))
    if (std::optional<View> factors = contraction.delay(into, delaying->blockStart)) {
      delaying->delayed.push_back({op, into, *factors});
      return success();
    }
  if (contraction.update(into, overLanes))
    return success();
  forEachIndex(contraction.resultSizes(), [&](Indices at) {
    Scalar term = contraction.general(at)->front();
    if (overLanes)
      term = {laneSum(zeroWhereInactive(broadcast(term)))};
    Scalar old = load(into, at);
    bool varying = old.varying || term.varying;
    Value sum = make<arith::AddFOp>(varying ? broadcast(old) : old.value, varying ? broadcast(term) : term.value);
    store(into, at, {sum, varying});
  });
  return success();
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
