// Einsums. Three forms, tried in this order:
//   dots     rows of contiguous data against each other: vectors along the summed letter, a block of rows and
//            of results in registers, whose lanes are then summed together (y = W x for a tile of rows x);
//   updates  a sum of outer products: vectors along a letter of the result, a block of results in registers,
//            a loop over the rows (dW += r x' over a tile of rows);
//   general  a loop nest in lanes, for a block of results.
#pragma once

#include "passes/lower/Sums.h"

namespace genfuse::lower {

using namespace mlir; // private to this folder

struct Operand {
  Value value;
  StringRef letters;
  bool isTensor;
  std::optional<View> rows; ///< a copy with a row for each lane, made for an update
};

class Contraction {
public:
  Contraction(Lowerer &l, gen::EinsumOp op) : l(l), op(op) {
    for (unsigned i = 0; i < op.getNumOperands(); ++i) {
      Value value = op.getOperand(i);
      bool isTensor = isa<RankedTensorType>(value.getType());
      operands.push_back({value, op.getLetters(i), isTensor, {}});
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
    chunk = l.elementsARegister(element);
  }

  bool varies() const {
    return llvm::any_of(operands, [&](const Operand &o) {
      return o.isTensor ? l.tensor(o.value).varying
                        : l.scalar(o.value).varying || l.scalar(o.value).isLaneIndex;
    });
  }

  /// The value of every result element at once: few, of static sizes.
  SmallVector<Scalar> general();
  void accumulateGeneral(const View &into, bool overLanes);
  std::optional<View> dots(bool &perLane);
  bool update(const View &into, bool overLanes);
  /// Room for the factors of a block of rows: [result][row]; none if this is no update over lanes of data.
  std::optional<View> roomForFactors(const View &into);
  /// Keeps the factors of these lanes for later.
  void delay(const View &into, View factors, Value blockStart);
  /// Adds a block of rows whose factors were kept.
  void flush(const View &into, const View &factors, Value rows);

  SmallVector<Index> resultSizes() {
    SmallVector<Index> result;
    for (char letter : op.getResultLetters())
      result.push_back(sizes.lookup(letter));
    return result;
  }

private:
  int64_t accumulators() const { return l.vectors.accumulators(); }

  using Places = llvm::SmallDenseMap<char, Index>;

  /// Of all operands, or of those without a letter; nothing if there are none.
  Scalar product(const Places &places, char without = 0) {
    Scalar total;
    for (const Operand &operand : operands) {
      if (without && operand.letters.contains(without))
        continue;
      SmallVector<Index> indices;
      for (char letter : operand.letters)
        indices.push_back(places.lookup(letter));
      Scalar value =
          operand.isTensor ? l.elementAt(l.tensor(operand.value), indices) : l.scalar(operand.value);
      total = total.value ? multiply(total, value) : value;
    }
    return total;
  }
  Scalar multiply(Scalar a, Scalar b) {
    bool varying = a.varying || b.varying;
    return {l.make<arith::MulFOp>(varying ? l.broadcast(a) : a.value, varying ? l.broadcast(b) : b.value),
            varying};
  }

  /// Where an operand lies; null if that is in registers.
  const View *viewOf(const Operand &operand) {
    if (operand.rows)
      return &*operand.rows;
    return operand.isTensor && l.tensor(operand.value).view ? &*l.tensor(operand.value).view : nullptr;
  }
  /// The stride of a letter in an operand's memory; none where the operand does not have it or lies in
  /// registers.
  std::optional<Index> stride(const Operand &operand, char letter) {
    size_t at = operand.letters.find(letter);
    const View *view = viewOf(operand);
    return at == StringRef::npos || !view ? std::nullopt : std::optional(view->strides[at]);
  }
  bool contiguous(const Operand &operand, char letter) {
    std::optional<Index> step = stride(operand, letter);
    return step && l.isOne(*step);
  }
  /// Lanes lie apart in memory: each lane is a row.
  bool isRows(const Operand &operand) {
    const View *view = viewOf(operand);
    return view && view->laneStride && !l.isOne(*view->laneStride);
  }

  /// Position in memory of an operand at given places and row.
  Value positionAt(const Operand &operand, const Places &places, Value row) {
    const View &view = *viewOf(operand);
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

  /// Asks for the same place so many rows further on; past the end it does nothing, since a prefetch never
  /// faults.
  void prefetchAhead(const Operand &operand, Value at, char rowLetter, int64_t rows) {
    const View &view = *viewOf(operand);
    Index step = rowLetter ? *stride(operand, rowLetter) : *view.laneStride;
    Index ahead = l.times(l.builder.getIndexAttr(rows), step);
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
    char along = 0;          ///< the letter that vectors run along
    char rowLetter = 0;      ///< the letter that numbers rows; 0: lanes do
    SmallVector<char> block; ///< static letters of the result, unrolled
    char wide = 0;           ///< a letter of the result that is taken in blocks, if it is too large for that
    bool staged = false;     ///< the data are values of lanes, to be laid as rows first
  };
  bool splitResult(Plan &plan, bool rowsAreLanes);
  int64_t resultsAtOnce(const Plan &plan);
  int64_t dividing(Index size, int64_t most);
  int64_t generalAtOnce(Index size);
  SmallVector<Scalar> sumsAt(const std::vector<Places> &results);
  void addTo(const View &into, const std::vector<Places> &results, bool overLanes);
  void forEachBlock(const Plan &plan, int64_t atOnce,
                    llvm::function_ref<void(const std::vector<Places> &)> body);
  std::optional<Plan> planDots();
  std::optional<Plan> planUpdate(const View &into, bool overLanes);
  Operand &dataOf(const Plan &plan);
  SmallVector<char> factorLetters(const Plan &plan);
  SmallVector<int64_t> factorSizes(const Plan &plan);
  Scalar factorAt(const Plan &plan, const Places &places);
  void storeFactors(const Plan &plan, const View &factors);
  void addRows(const Plan &plan, const View &into, const View *factors, Value rows);
  void addProducts(const Plan &plan, const std::vector<Places> &results, ArrayRef<Value> rows, Value column,
                   Value mask, MutableArrayRef<Value> sums);
  SmallVector<Value> sumsOfProducts(const Plan &plan, const std::vector<Places> &results,
                                    ArrayRef<Value> rows);
  void dotBlock(const Plan &plan, const std::vector<Places> &results, Value firstRow, int64_t rows,
                Value lastRow, const View &out, bool perLane);
  void updateColumns(const Plan &plan, const std::vector<Places> &results, const View &into,
                     const View *factors, Value column, int64_t chunks, ArrayRef<Value> masks, Value rows);
  int64_t restAtOnce(Index size, int64_t results, int64_t chunks);

  Lowerer &l;
  gen::EinsumOp op;
  SmallVector<Operand> operands;
  SmallVector<char> summed;
  llvm::SmallDenseMap<char, Index> sizes;
  Type element;
  int64_t chunk;
};

} // namespace genfuse::lower
