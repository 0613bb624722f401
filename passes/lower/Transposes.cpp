// A tensor of lanes, whose elements are vectors, as rows: one for each lane, with the elements side by side.
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

/// Element p of vector i becomes element i of vector p: each step swaps two quarters of blocks of half the
/// size (J. O. Eklundh, A fast computer method for matrix transposing, IEEE Transactions on Computers, 1972).
static void transpose(Lowerer &l, MutableArrayRef<Value> vectors) {
  const int64_t count = vectors.size();
  for (int64_t half = count / 2; half > 0; half /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t p = 0; p < count; ++p) {
      low.push_back(p & half ? count + p - half : p);
      high.push_back(p & half ? count + p : p + half);
    }
    for (int64_t i = 0; i < count; ++i)
      if (!(i & half)) {
        Value a = vectors[i], b = vectors[i + half];
        vectors[i] = l.make<vector::ShuffleOp>(a, b, low);
        vectors[i + half] = l.make<vector::ShuffleOp>(a, b, high);
      }
  }
}

int64_t Lowerer::elementsARegister(Type element) {
  return vectors.bytes * 8 / element.getIntOrFloatBitWidth();
}

bool Lowerer::canLieInRows(const Tensor &tensor) {
  return !threads && lanes.width > 1 && tensor.varying && tensor.sizes.size() == 1 &&
         isa<FloatType>(tensor.element) && getConstantIntValue(tensor.sizes[0]) &&
         lanes.width % elementsARegister(tensor.element) == 0 &&
         (!tensor.view || tensor.tile || (tensor.view->laneStride && isOne(*tensor.view->laneStride)));
}

std::optional<View> Lowerer::rowsOfLanes(Value value, Operation *user) {
  std::optional<View> from = inMemory(value, user);
  if (!from)
    return std::nullopt;
  Type element = tensor(value).element;
  const int64_t size = *getConstantIntValue(tensor(value).sizes[0]), chunk = elementsARegister(element);
  auto type = VectorType::get({chunk}, element);
  const auto padded = static_cast<int64_t>(llvm::alignTo(size, chunk));
  View rows = allocateStatic({lanes.width, padded}, element, /*perLane=*/false);
  rows.element = element;
  auto columns = scf::ForOp::create(builder, loc, index(0), index(size), index(chunk));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(columns.getBody());
  auto groups = scf::ForOp::create(builder, loc, index(0), index(lanes.width), index(chunk));
  builder.setInsertionPointToStart(groups.getBody());
  Value column = columns.getInductionVar(), lane = groups.getInductionVar();
  SmallVector<Value> block;
  for (int64_t i = 0; i < chunk; ++i) {
    // Past the last element it is repeated: rows have room for whole registers.
    Value place = asValue(plus(column, builder.getIndexAttr(i)));
    if (i > 0 && size % chunk != 0)
      place = make<arith::MinUIOp>(place, index(size - 1));
    block.push_back(make<vector::LoadOp>(type, from->memory, asValue(plus(position(*from, {place}), lane))));
  }
  transpose(*this, block);
  for (auto [i, row] : llvm::enumerate(block)) {
    Index place = plus(lane, builder.getIndexAttr(i));
    vector::StoreOp::create(builder, loc, row, rows.memory, position(rows, {place, column}));
  }
  rows.laneStride = rows.strides[0];
  rows.strides = {builder.getIndexAttr(1)};
  return rows;
}

} // namespace genfuse::lower
