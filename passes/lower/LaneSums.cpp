// Sums over the lanes of several vectors at once: each step halves the vectors, not only the lanes of one.
#include "passes/lower/Contraction.h"

namespace genfuse::lower {

/// Shuffles across 128 bits cost more than those within.
constexpr int64_t cheapBits = 128;

namespace {

/// Adds the lanes of two vectors, whose units (elements, or pieces of 128 bits) are partial sums of `each`
/// originals, side by side: the first half of each original's partial sums to the second half. The result has
/// those of 2 * each.
class Halving {
public:
  Halving(Lowerer &l, VectorType type) : l(l), type(type) {
    lanes = type.getNumElements();
    piece = std::min<int64_t>(lanes, cheapBits / type.getElementTypeBitWidth());
  }

  Value combine(Value a, Value b, int64_t each) {
    Value first = l.make<vector::ShuffleOp>(a, b, halves(each, false));
    Value second = l.make<vector::ShuffleOp>(a, b, halves(each, true));
    return l.make<arith::AddFOp>(first, second);
  }

private:
  /// Until a piece holds `piece` sums, halves are those of each piece's elements; then pieces are what is
  /// added.
  SmallVector<int64_t> halves(int64_t each, bool second) {
    SmallVector<int64_t> mask;
    if (each < piece) {
      SmallVector<int64_t> within = ofUnits(piece, each, second, lanes);
      for (int64_t at = 0; at < lanes; at += piece)
        for (int64_t unit : within)
          mask.push_back(unit + at);
    } else {
      for (int64_t unit : ofUnits(lanes / piece, each / piece, second, lanes / piece))
        for (int64_t i = 0; i < piece; ++i)
          mask.push_back(unit * piece + i);
    }
    return mask;
  }

  /// The places of the halves among `units`, first a's, then b's, which begin at `other`.
  static SmallVector<int64_t> ofUnits(int64_t units, int64_t each, bool second, int64_t other) {
    SmallVector<int64_t> places;
    const int64_t partial = units / each;
    for (int64_t source : {int64_t(0), other})
      for (int64_t original = 0; original < each; ++original)
        for (int64_t i = 0; i < partial / 2; ++i)
          places.push_back(source + original * partial + (second ? partial / 2 : 0) + i);
    return places;
  }

  Lowerer &l;
  VectorType type;
  int64_t lanes, piece;
};

} // namespace

SmallVector<Value> sumsOfLanes(Lowerer &l, ArrayRef<Value> vectors) {
  auto type = cast<VectorType>(vectors.front().getType());
  const int64_t lanes = type.getNumElements();
  SmallVector<Value> sums;
  for (; !vectors.empty(); vectors = vectors.drop_front(std::min<size_t>(lanes, vectors.size()))) {
    SmallVector<Value> level(vectors.take_front(std::min<size_t>(lanes, vectors.size())));
    Halving halving(l, type);
    for (int64_t each = 1; each < lanes; each *= 2) {
      SmallVector<Value> next;
      for (size_t i = 0; i < level.size(); i += 2)
        next.push_back(halving.combine(level[i], level[std::min(i + 1, level.size() - 1)], each));
      level = std::move(next);
    }
    sums.push_back(level.front());
  }
  return sums;
}

} // namespace genfuse::lower
