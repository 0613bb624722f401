// Reading and writing scalars, lanes and tensors.
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

Value Lowerer::index(int64_t value) { return make<arith::ConstantIndexOp>(value); }

Value Lowerer::asValue(Index value) {
  if (auto attribute = dyn_cast<Attribute>(value))
    return index(cast<IntegerAttr>(attribute).getInt());
  return cast<Value>(value);
}

static std::optional<int64_t> constantOf(Index value) { return getConstantIntValue(value); }

Index Lowerer::plus(Index a, Index b) {
  auto x = constantOf(a), y = constantOf(b);
  if (x && y)
    return builder.getIndexAttr(*x + *y);
  if (x && *x == 0)
    return b;
  if (y && *y == 0)
    return a;
  return make<arith::AddIOp>(asValue(a), asValue(b));
}

Index Lowerer::minus(Index a, Index b) {
  auto x = constantOf(a), y = constantOf(b);
  if (x && y)
    return builder.getIndexAttr(*x - *y);
  return make<arith::SubIOp>(asValue(a), asValue(b));
}

Index Lowerer::times(Index a, Index b) {
  auto x = constantOf(a), y = constantOf(b);
  if (x && y)
    return builder.getIndexAttr(*x * *y);
  if ((x && *x == 0) || (y && *y == 0))
    return builder.getIndexAttr(0);
  if (x && *x == 1)
    return b;
  if (y && *y == 1)
    return a;
  return make<arith::MulIOp>(asValue(a), asValue(b));
}

std::optional<int64_t> Lowerer::staticCount(Indices sizes) {
  int64_t count = 1;
  for (Index size : sizes) {
    auto value = constantOf(size);
    if (!value)
      return std::nullopt;
    count *= *value;
  }
  return count;
}

Value Lowerer::number(double value, Type type) {
  return make<arith::ConstantOp>(builder.getFloatAttr(type, value));
}

// Views.

Value Lowerer::position(const View &view, Indices indices) {
  Index result = view.offset;
  for (auto [i, stride] : llvm::zip(indices, view.strides))
    result = plus(result, times(i, stride));
  return asValue(result);
}

View Lowerer::subview(const View &view, unsigned d, Scalar at) {
  View part = view;
  part.offset = asValue(plus(view.offset, times(at.value, view.strides[d])));
  if (at.isLaneIndex)
    part.laneStride = view.laneStride ? plus(*view.laneStride, view.strides[d]) : view.strides[d];
  part.strides.erase(part.strides.begin() + d);
  return part;
}

Value Lowerer::clampedLane(int64_t lane) {
  Value value = index(lane);
  if (!lanes.mask)
    return value;
  Value last = make<arith::SubIOp>(lanes.active, index(1));
  return make<arith::MinUIOp>(value, last);
}

/// Booleans are bytes in memory; sums may be kept in f64 while their values are f32.
Value Lowerer::fromMemory(Value loaded, const View &view) {
  Type have = getElementTypeOrSelf(loaded.getType());
  if (have == view.element)
    return loaded;
  auto vector = dyn_cast<VectorType>(loaded.getType());
  Type want = vector ? Type(vector.clone(view.element)) : view.element;
  if (view.element.isInteger(1)) {
    Value zero = make<arith::ConstantOp>(builder.getZeroAttr(loaded.getType()));
    return make<arith::CmpIOp>(arith::CmpIPredicate::ne, loaded, zero);
  }
  return make<arith::TruncFOp>(want, loaded);
}

Value Lowerer::loadVector(Value memory, Value position, Type element) {
  VectorType type = vectorOf(element);
  if (!lanes.mask)
    return make<vector::LoadOp>(type, memory, position);
  Value zero = make<arith::ConstantOp>(builder.getZeroAttr(type));
  return make<vector::MaskedLoadOp>(type, memory, position, lanes.mask, zero);
}

Scalar Lowerer::load(const View &view, Indices indices) {
  Value start = position(view, indices);
  Type memoryElement = cast<MemRefType>(view.memory.getType()).getElementType();
  if (!view.laneStride)
    return {fromMemory(make<memref::LoadOp>(view.memory, start), view)};
  if (isOne(*view.laneStride))
    return {fromMemory(loadVector(view.memory, start, memoryElement), view), true};
  SmallVector<Scalar> places;
  for (Index i : indices)
    places.push_back({asValue(i)});
  return gather(view, places);
}

Value Lowerer::toMemory(Value value, Type memoryElement) {
  Type have = getElementTypeOrSelf(value.getType());
  if (have == memoryElement)
    return value;
  auto vector = dyn_cast<VectorType>(value.getType());
  Type want = vector ? Type(vector.clone(memoryElement)) : memoryElement;
  return have.isInteger(1) ? make<arith::ExtUIOp>(want, value) : make<arith::ExtFOp>(want, value);
}

void Lowerer::store(const View &view, Indices indices, Scalar scalar) {
  if (view.laneStride && !isOne(*view.laneStride)) {
    SmallVector<Scalar> places;
    for (Index i : indices)
      places.push_back({asValue(i)});
    return scatter(view, places, scalar);
  }
  Value start = position(view, indices);
  Type memoryElement = cast<MemRefType>(view.memory.getType()).getElementType();
  Value value = toMemory(view.laneStride ? broadcast(scalar) : scalar.value, memoryElement);
  if (!view.laneStride)
    memref::StoreOp::create(builder, loc, value, view.memory, start);
  else if (lanes.mask)
    vector::MaskedStoreOp::create(builder, loc, view.memory, start, lanes.mask, value);
  else
    vector::StoreOp::create(builder, loc, value, view.memory, start);
}

// Places that differ from lane to lane.

/// Where each lane's element lies, as a vector of indices from the start of the memory.
Value Lowerer::lanePositions(const View &view, ArrayRef<Scalar> indices) {
  auto scaled = [&](const Scalar &at, Index stride) {
    Value places = broadcast(at);
    return isOne(stride) ? places : make<arith::MulIOp>(places, broadcast({asValue(stride)}));
  };
  Index uniform = view.offset;
  Value varying;
  auto add = [&](Value places) { varying = varying ? make<arith::AddIOp>(varying, places) : places; };
  for (auto [i, stride] : llvm::zip(indices, view.strides)) {
    if (i.varying || i.isLaneIndex)
      add(scaled(i, stride));
    else
      uniform = plus(uniform, times(i.value, stride));
  }
  if (view.laneStride) {
    Value steps = make<vector::StepOp>(vectorOf(builder.getIndexType()));
    add(scaled({steps, true}, *view.laneStride));
  }
  Value start = broadcast({asValue(uniform)});
  return varying ? make<arith::AddIOp>(start, varying) : start;
}

Value Lowerer::laneMask() {
  return lanes.mask ? lanes.mask : broadcast({make<arith::ConstantOp>(builder.getBoolAttr(true))});
}

Scalar Lowerer::gatherThreads(const View &view, ArrayRef<Scalar> indices) {
  VectorType type = vectorOf(cast<MemRefType>(view.memory.getType()).getElementType());
  Value zero = make<arith::ConstantOp>(builder.getZeroAttr(type));
  Value loaded = make<vector::GatherOp>(type, view.memory, ValueRange{index(0)}, lanePositions(view, indices),
                                        laneMask(), zero);
  return {fromMemory(loaded, view), true};
}

/// One load a lane: faster than the gathers of CPUs. Lanes that do not exist repeat the last one's.
Scalar Lowerer::gatherLanes(const View &view, ArrayRef<Scalar> indices) {
  Type memoryElement = cast<MemRefType>(view.memory.getType()).getElementType();
  SmallVector<Value> values;
  for (int64_t lane = 0; lane < lanes.width; ++lane) {
    Index at = view.offset;
    for (auto [i, stride] : llvm::zip(indices, view.strides)) {
      Index here = i.value;
      if (i.isLaneIndex)
        here = plus(here, clampedLane(lane));
      else if (i.varying)
        here = make<vector::ExtractOp>(i.value, OpFoldResult(clampedLane(lane)));
      at = plus(at, times(here, stride));
    }
    if (view.laneStride)
      at = plus(at, times(clampedLane(lane), *view.laneStride));
    values.push_back(make<memref::LoadOp>(view.memory, asValue(at)));
  }
  return {fromMemory(make<vector::FromElementsOp>(vectorOf(memoryElement), values), view), true};
}

Scalar Lowerer::gather(const View &view, ArrayRef<Scalar> indices) {
  return threads ? gatherThreads(view, indices) : gatherLanes(view, indices);
}

void Lowerer::scatter(const View &view, ArrayRef<Scalar> indices, Scalar scalar) {
  Type memoryElement = cast<MemRefType>(view.memory.getType()).getElementType();
  Value value = toMemory(broadcast(scalar), memoryElement);
  if (threads) {
    vector::ScatterOp::create(builder, loc, /*resultType=*/Type(), view.memory, ValueRange{index(0)},
                              lanePositions(view, indices), laneMask(), value);
    return;
  }
  // Lanes that do not exist repeat the last one's value at its own place.
  for (int64_t lane = 0; lane < lanes.width; ++lane) {
    Value which = clampedLane(lane);
    Index at = view.offset;
    for (auto [i, stride] : llvm::zip(indices, view.strides))
      at = plus(at, times(i.varying ? Index(make<vector::ExtractOp>(i.value, OpFoldResult(which))) : i.value,
                          stride));
    if (view.laneStride)
      at = plus(at, times(which, *view.laneStride));
    Value element = make<vector::ExtractOp>(value, OpFoldResult(which));
    memref::StoreOp::create(builder, loc, element, view.memory, asValue(at));
  }
}

// Lanes.

Scalar Lowerer::materialise(Scalar scalar) {
  if (!scalar.isLaneIndex)
    return scalar;
  Value base = make<vector::BroadcastOp>(vectorOf(builder.getIndexType()), scalar.value);
  Value steps = make<vector::StepOp>(vectorOf(builder.getIndexType()));
  return {make<arith::AddIOp>(base, steps), true};
}

Value Lowerer::broadcast(const Scalar &scalar) {
  Scalar plain = materialise(scalar);
  if (plain.varying)
    return plain.value;
  return make<vector::BroadcastOp>(vectorOf(plain.value.getType()), plain.value);
}

Value Lowerer::zeroWhereInactive(Value vector) {
  if (!lanes.mask || !isa<VectorType>(vector.getType()))
    return vector;
  Value zero = make<arith::ConstantOp>(builder.getZeroAttr(vector.getType()));
  return make<arith::SelectOp>(lanes.mask, vector, zero);
}

/// Additions of lanes may be reordered ("reassoc"): without it the reduction is an ordered chain.
Value Lowerer::laneSum(Value vector) {
  if (threads)
    return make<vector::ReductionOp>(vector::CombiningKind::ADD, vector, arith::FastMathFlags::reassoc);
  // Halves are added here: LLVM would go on in registers as wide as the whole.
  const int64_t few = 16 * 8 / getElementTypeOrSelf(vector.getType()).getIntOrFloatBitWidth();
  for (int64_t half = cast<VectorType>(vector.getType()).getNumElements() / 2; half >= few; half /= 2)
    vector = make<arith::AddFOp>(make<vector::ExtractStridedSliceOp>(vector, 0, half, 1),
                                 make<vector::ExtractStridedSliceOp>(vector, half, half, 1));
  // It starts with -0, which LLVM knows to add nothing.
  Value nothing = number(-0.0, getElementTypeOrSelf(vector.getType()));
  return make<vector::ReductionOp>(vector::CombiningKind::ADD, vector, nothing,
                                   arith::FastMathFlags::reassoc);
}

// Tensors.

/// Selects among register elements by run-time indices.
Scalar Lowerer::chooseElement(const Tensor &tensor, ArrayRef<Scalar> indices) {
  Scalar flat;
  for (auto [i, size] : llvm::zip(indices, tensor.sizes)) {
    Scalar here = materialise(i);
    if (!flat.value) {
      flat = here;
      continue;
    }
    bool varying = flat.varying || here.varying;
    auto lift = [&](Scalar s) { return varying ? broadcast(s) : s.value; };
    Value scaled = make<arith::MulIOp>(lift(flat), lift({asValue(size)}));
    flat = {make<arith::AddIOp>(scaled, lift(here)), varying};
  }
  bool varying = flat.varying || llvm::any_of(*tensor.elements, [](const Scalar &s) { return s.varying; });
  auto lift = [&](Scalar s) { return varying ? broadcast(s) : s.value; };
  Value chosen = lift(tensor.elements->front()), where = flat.varying ? flat.value : Value();
  for (auto [k, element] : llvm::enumerate(*tensor.elements)) {
    if (k == 0)
      continue;
    Value number = where ? broadcast({index(k)}) : index(k);
    Value here = make<arith::CmpIOp>(arith::CmpIPredicate::eq, where ? where : flat.value, number);
    chosen = make<arith::SelectOp>(here, lift(element), chosen);
  }
  return {chosen, varying};
}

Scalar Lowerer::elementAt(const Tensor &tensor, Indices indices) {
  if (tensor.tile) {
    Scalar tile = load(*tensor.tile, indices), total = load(*tensor.view, indices);
    return {make<arith::SelectOp>(tensor.isSingle, tile.value, total.value), total.varying};
  }
  if (tensor.view)
    return load(*tensor.view, indices);
  if (tensor.rule)
    return tensor.rule(indices);
  if (auto constant = staticCount(indices)) {
    int64_t flat = 0;
    for (auto [i, size] : llvm::zip(indices, tensor.sizes))
      flat = flat * *constantOf(size) + *constantOf(i);
    return (*tensor.elements)[flat];
  }
  SmallVector<Scalar> values;
  for (Index i : indices)
    values.push_back({asValue(i)});
  return chooseElement(tensor, values);
}

Scalar Lowerer::elementAt(Value value, ArrayRef<Scalar> indices, Operation *user) {
  Tensor &source = tensor(value);
  bool uniform = llvm::none_of(indices, [](const Scalar &s) { return s.varying || s.isLaneIndex; });
  if (uniform) {
    SmallVector<Index> places;
    for (const Scalar &s : indices)
      places.push_back(getAsOpFoldResult(s.value));
    return elementAt(source, places);
  }
  if (source.elements)
    return chooseElement(source, indices);
  std::optional<View> view = inMemory(value, user);
  if (!view)
    return {};
  unsigned laneIndices = llvm::count_if(indices, [](const Scalar &s) { return s.isLaneIndex; });
  bool others = llvm::any_of(indices, [](const Scalar &s) { return s.varying && !s.isLaneIndex; });
  if (laneIndices == 1 && !others && !view->laneStride) {
    SmallVector<Index> places;
    View part = *view;
    for (auto [d, s] : llvm::enumerate(indices)) {
      places.push_back(s.value);
      if (s.isLaneIndex)
        part.laneStride = view->strides[d];
    }
    return load(part, places);
  }
  return gather(*view, indices);
}

void Lowerer::forEachIndex(Indices sizes, function_ref<void(Indices)> body) {
  std::optional<int64_t> count = staticCount(sizes);
  if (count && *count <= maxRegisters) {
    for (int64_t flat = 0; flat < *count; ++flat) {
      SmallVector<Index> indices(sizes.size());
      int64_t rest = flat;
      for (int64_t d = sizes.size() - 1; d >= 0; --d) {
        indices[d] = builder.getIndexAttr(rest % *constantOf(sizes[d]));
        rest /= *constantOf(sizes[d]);
      }
      body(indices);
    }
    return;
  }
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Index> indices;
  Value zero = index(0), one = index(1);
  SmallVector<Value> ends;
  for (Index size : sizes)
    ends.push_back(asValue(size));
  for (Value end : ends) {
    auto loop = scf::ForOp::create(builder, loc, zero, end, one);
    builder.setInsertionPointToStart(loop.getBody());
    indices.push_back(loop.getInductionVar());
  }
  body(indices);
}

void Lowerer::fill(const View &view, Indices sizes, double value) {
  Type element = cast<MemRefType>(view.memory.getType()).getElementType();
  Value filling =
      isa<FloatType>(element)
          ? number(value, element)
          : Value(make<arith::ConstantOp>(builder.getIntegerAttr(element, static_cast<int64_t>(value))));
  forEachIndex(sizes, [&](Indices indices) { store(view, indices, {filling}); });
}

std::optional<View> Lowerer::inMemory(Value value, Operation *user) {
  Tensor &held = tensor(value);
  if (held.view && !held.tile)
    return held.view;
  Type memoryElement = held.element.isInteger(1) ? builder.getI8Type() : held.element;
  std::optional<View> view = allocate(value, memoryElement, held.varying, user);
  if (!view)
    return std::nullopt;
  Tensor copy = held;
  forEachIndex(copy.sizes, [&](Indices indices) { store(*view, indices, elementAt(copy, indices)); });
  return view;
}

} // namespace genfuse::lower
