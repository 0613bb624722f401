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

bool Lowerer::canTranspose(const Tensor &tensor) {
  return !threads && lanes.width > 1 && tensor.varying && tensor.sizes.size() == 1 &&
         isa<FloatType>(tensor.element) && getConstantIntValue(tensor.sizes[0]) &&
         lanes.width % elementsARegister(tensor.element) == 0;
}

bool Lowerer::isRows(const View &view) {
  return view.strides.size() == 1 && isOne(view.strides[0]) && view.laneStride && !isOne(*view.laneStride);
}

bool Lowerer::canLieInRows(const Tensor &tensor) {
  return canTranspose(tensor) &&
         (!tensor.view || tensor.tile || (tensor.view->laneStride && isOne(*tensor.view->laneStride)));
}

/// One of both is rows, the other has lanes side by side; rows of lanes that do not exist are neither read
/// nor written. Blocks overlap where registers do not divide the size; if it is less than one of them, rows
/// have room for a whole one, and the last element is repeated.
void Lowerer::transposeBlocks(int64_t size, const View &from, const View &to) {
  const int64_t chunk = elementsARegister(from.element);
  const bool toRows = isRows(to);
  auto columns = scf::ForOp::create(builder, loc, index(0), index(size), index(chunk));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(columns.getBody());
  auto groups = scf::ForOp::create(builder, loc, index(0), index(lanes.width), index(chunk));
  builder.setInsertionPointToStart(groups.getBody());
  Value lane = groups.getInductionVar(), first = columns.getInductionVar();
  if (size > chunk && size % chunk != 0)
    first = make<arith::MinUIOp>(first, index(size - chunk));
  auto place = [&](const View &view, Value element, Value ofLane) {
    return asValue(plus(position(view, {element}), times(ofLane, *view.laneStride)));
  };
  auto next = [&](Value start, int64_t i) { return asValue(plus(start, builder.getIndexAttr(i))); };
  auto type = VectorType::get({chunk}, from.element);
  SmallVector<Value> block;
  for (int64_t i = 0; i < chunk; ++i) {
    Value element = toRows ? next(first, std::min(i, size - 1)) : first, row = toRows ? lane : next(lane, i);
    if (!toRows && lanes.mask)
      row = make<arith::MinUIOp>(row, make<arith::SubIOp>(lanes.active, index(1)));
    Value at = place(from, element, row);
    if (toRows && lanes.mask) {
      Value exist = make<arith::SubIOp>(lanes.active, lane); // some, all or, below zero, none
      Value mask = make<vector::CreateMaskOp>(VectorType::get({chunk}, builder.getI1Type()), exist);
      Value zero = make<arith::ConstantOp>(builder.getZeroAttr(type));
      block.push_back(make<vector::MaskedLoadOp>(type, from.memory, at, mask, zero));
    } else {
      block.push_back(make<vector::LoadOp>(type, from.memory, at));
    }
  }
  transpose(*this, block);
  for (auto [i, vector] : llvm::enumerate(block)) {
    Value element = toRows ? first : next(first, i), row = toRows ? next(lane, i) : lane;
    Value at = place(to, element, row);
    if (toRows && lanes.mask) {
      Value exists = make<arith::CmpIOp>(arith::CmpIPredicate::ult, row, lanes.active);
      Value mask = make<vector::BroadcastOp>(VectorType::get({chunk}, builder.getI1Type()), exists);
      vector::MaskedStoreOp::create(builder, loc, to.memory, at, mask, vector);
    } else {
      vector::StoreOp::create(builder, loc, vector, to.memory, at);
    }
  }
}

std::optional<View> Lowerer::rowsOfLanes(Value value, Operation *user) {
  std::optional<View> from = inMemory(value, user);
  if (!from)
    return std::nullopt;
  Type element = tensor(value).element;
  const int64_t size = *getConstantIntValue(tensor(value).sizes[0]);
  const auto padded = static_cast<int64_t>(llvm::alignTo(size, elementsARegister(element)));
  View rows = allocateStatic({lanes.width, padded}, element, /*perLane=*/false);
  rows.element = element;
  rows.laneStride = rows.strides[0];
  rows.strides = {builder.getIndexAttr(1)};
  transposeBlocks(size, *from, rows);
  return rows;
}

/// Elements of rows are apart by whole rows: 16 of them, one below the other, would take a line of the cache
/// each.
Tensor Lowerer::lanesOfRows(Value value) {
  Tensor &held = tensor(value);
  std::optional<int64_t> size = held.sizes.size() == 1 ? getConstantIntValue(held.sizes[0]) : std::nullopt;
  if (!held.view || held.tile || !isRows(*held.view) || !canTranspose(held) ||
      *size < elementsARegister(held.element))
    return held;
  if (!held.lanes) {
    held.lanes = allocateStatic({*size}, held.element, /*perLane=*/true);
    held.lanes->element = held.element;
    transposeBlocks(*size, *held.view, *held.lanes);
  }
  Tensor copy = held;
  copy.view = held.lanes;
  return copy;
}

/// False if they cannot be stored like that.
bool Lowerer::storeRows(const View &rows, Value value, Operation *user) {
  const Tensor held = tensor(value);
  if (!isRows(rows) || !canLieInRows(held) ||
      cast<MemRefType>(rows.memory.getType()).getElementType() != held.element ||
      *getConstantIntValue(held.sizes[0]) < elementsARegister(held.element))
    return false;
  std::optional<View> from = inMemory(value, user);
  if (from)
    transposeBlocks(*getConstantIntValue(held.sizes[0]), *from, rows);
  return from.has_value();
}

} // namespace genfuse::lower
