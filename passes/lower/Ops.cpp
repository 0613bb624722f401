// Everything but sweeps, einsums and random variates.
#include "passes/RowSize.h"
#include "passes/SliceDims.h"
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

LogicalResult Lowerer::lowerBlock(Block &block) {
  for (Operation &op : block.without_terminator()) {
    if (deferred.contains(&op))
      continue;
    // A body is lowered twice, for whole tiles and for the tail: nothing of the first time may be taken up
    // again.
    for (Value result : op.getResults())
      tensors.erase(result);
    Location outer = loc;
    loc = op.getLoc();
    LogicalResult result = lowerOp(&op);
    loc = outer;
    if (failed(result))
      return failure();
  }
  return success();
}

LogicalResult Lowerer::lowerOp(Operation *op) {
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](gen::SweepOp o) { return lowerSweep(o); })
      .Case([&](gen::LoopOp o) { return lowerLoop(o); })
      .Case([&](gen::CheckOp o) { return lowerCheck(o), success(); })
      .Case([&](gen::CountedOp o) { return lowerCounted(o), success(); })
      .Case([&](gen::EinsumOp o) { return lowerEinsum(o); })
      .Case([&](gen::ReduceMaxOp o) { return lowerReduceMax(o), success(); })
      .Case([&](gen::InverseCdfOp o) { return lowerInverseCdf(o), success(); })
      .Case([&](gen::OneHotOp o) { return lowerOneHot(o), success(); })
      .Case([&](gen::RowOp o) { return lowerRow(o); })
      .Case([&](gen::PlaceOp o) { return lowerPlace(o); })
      .Case([&](gen::ConcatOp o) { return lowerConcat(o); })
      .Case([&](gen::RandomOp o) { return lowerRandom(o); })
      .Case([&](gen::TriangularSolveOp o) { return lowerTriangularSolve(o); })
      .Case([&](gen::LowerTriangleOp o) { return lowerLowerTriangle(o), success(); })
      .Case([&](gen::DiagonalOp o) { return lowerDiagonal(o), success(); })
      .Case([&](gen::DiagonalMatrixOp o) { return lowerDiagonalMatrix(o), success(); })
      .Case([&](tensor::ExtractOp o) { return lowerExtract(o); })
      .Case([&](tensor::ExtractSliceOp o) { return lowerSlice(o); })
      .Case([&](tensor::FromElementsOp o) { return lowerFromElements(o), success(); })
      .Case([&](tensor::SplatOp o) { return lowerSplat(o), success(); })
      .Case([&](gen::WideOp o) { return set(o.getResult(), scalar(o.getOperand())), success(); })
      .Case([&](tensor::CastOp o) { return lowerCast(o), success(); })
      .Case([&](tensor::DimOp o) -> LogicalResult {
        if (!o.getConstantIndex())
          return o.emitOpError("asks for a dimension that is known only at run time, which is not supported");
        set(o.getResult(), Scalar{asValue(sizesOf(o.getSource())[*o.getConstantIndex()])});
        return success();
      })
      .Default([&](Operation *other) -> LogicalResult {
        if (!isa<arith::ConstantOp>(other) && !OpTrait::hasElementwiseMappableTraits(other))
          return other->emitOpError("cannot be lowered to a kernel");
        if (!lowerRowElement(other))
          lowerElementwise(other);
        return success();
      });
}

// Values.

Tensor &Lowerer::tensor(Value value) {
  auto found = tensors.find(value);
  assert(found != tensors.end() && "a tensor is lowered before its uses");
  return found->second;
}

SmallVector<Index> Lowerer::sizesOf(Value value) {
  auto found = tensors.find(value);
  if (found != tensors.end())
    return found->second.sizes;
  // A sum or einsum that has not been emitted: its sizes are those of its operands.
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<Index> sizes;
  for (int64_t d = 0; d < type.getRank(); ++d) {
    if (!type.isDynamicDim(d)) {
      sizes.push_back(builder.getIndexAttr(type.getDimSize(d)));
      continue;
    }
    std::optional<SizeExpression> size = sizeOfDimension(value, d);
    gen::RowOp row = size ? gen::RowOp() : rowOfDimension(value, d);
    auto sweep = value.getDefiningOp<gen::SweepOp>();
    Value length = row                                        ? row.getLength()
                   : sweep && d == 0 && !sweep.getStackLast() ? sweep.getLength()
                                                              : Value();
    auto [operand, at] = operandOfDimension(value, d);
    sizes.push_back(size      ? Index(evaluate(builder, *size, dims))
                    : length  ? Index(scalar(length).value)
                    : operand ? sizesOf(operand)[at]
                              : Index());
  }
  return sizes;
}

/// A rule that is used more than once, or by an op that reads it in a loop, is computed once and stored.
bool Lowerer::shouldStore(Value value, const Tensor &held) {
  if (!held.rule || held.cost == 0)
    return false;
  if (!value.hasOneUse())
    return true;
  return isa<gen::EinsumOp, gen::ReduceMaxOp, gen::InverseCdfOp>(*value.user_begin()) && held.cost > 2;
}

void Lowerer::set(Value value, Tensor held) {
  bool store = shouldStore(value, held);
  tensors[value] = std::move(held);
  if (!store)
    return;
  Operation *op = value.getDefiningOp();
  if (std::optional<View> view = inMemory(value, op)) {
    Tensor &kept = tensors[value];
    kept.rule = nullptr;
    kept.view = view;
  }
}

// Scalars and elementwise ops.

/// The op on scalars, or on lanes if any operand varies over them.
Scalar Lowerer::apply(Operation *op, ArrayRef<Scalar> operands) {
  if (auto special = dyn_cast<gen::SpecialOp>(op))
    return callSpecial(special, operands);
  bool varying = llvm::any_of(operands, [](const Scalar &s) { return s.varying || s.isLaneIndex; });
  SmallVector<Value> values;
  for (const Scalar &operand : operands)
    values.push_back(varying ? broadcast(operand) : operand.value);
  Type element = getElementTypeOrSelf(op->getResult(0).getType());
  OperationState state(op->getLoc(), op->getName());
  state.addOperands(values);
  state.addTypes(varying ? Type(vectorOf(element)) : element);
  state.addAttributes(op->getAttrs());
  return {builder.create(state)->getResult(0), varying};
}

static Attribute scalarValue(arith::ConstantOp op) {
  if (auto dense = dyn_cast<SplatElementsAttr>(op.getValue()))
    return dense.getSplatValue<Attribute>();
  return op.getValue();
}

void Lowerer::lowerElementwise(Operation *op) {
  Value result = op->getResult(0);
  auto type = dyn_cast<RankedTensorType>(result.getType());
  auto constant = dyn_cast<arith::ConstantOp>(op);
  if (!type) {
    SmallVector<Scalar> operands;
    for (Value operand : op->getOperands())
      operands.push_back(scalar(operand));
    set(result, constant ? Scalar{builder.clone(*op)->getResult(0)} : apply(op, operands));
    return;
  }
  Tensor held;
  held.element = type.getElementType();
  held.cost = 1;
  std::vector<std::variant<Scalar, Tensor>> operands;
  for (Value operand : op->getOperands()) {
    if (!isa<RankedTensorType>(operand.getType())) {
      operands.push_back(scalar(operand));
      held.varying = held.varying || scalar(operand).varying || scalar(operand).isLaneIndex;
      continue;
    }
    operands.push_back(operand.getParentBlock() == op->getBlock() ? lanesOfRows(operand) : tensor(operand));
    held.sizes = tensor(operand).sizes;
    held.varying = held.varying || tensor(operand).varying;
    held.cost += tensor(operand).cost;
  }
  if (constant) {
    held.cost = 0;
    for (int64_t size : type.getShape())
      held.sizes.push_back(builder.getIndexAttr(size));
  }
  auto element = [this, op, operands, constant](Indices indices) mutable -> Scalar {
    if (constant && !isa<SplatElementsAttr>(constant.getValue())) {
      auto all = cast<DenseElementsAttr>(constant.getValue()).getValues<Attribute>();
      Tensor values;
      values.elements.emplace();
      for (Attribute value : all)
        values.elements->push_back({make<arith::ConstantOp>(cast<TypedAttr>(value))});
      for (int64_t size : cast<RankedTensorType>(constant.getType()).getShape())
        values.sizes.push_back(builder.getIndexAttr(size));
      return elementAt(values, indices);
    }
    if (constant)
      return {make<arith::ConstantOp>(cast<TypedAttr>(scalarValue(constant)))};
    SmallVector<Scalar> values;
    for (const auto &operand : operands)
      values.push_back(std::holds_alternative<Scalar>(operand)
                           ? std::get<Scalar>(operand)
                           : elementAt(std::get<Tensor>(operand), indices));
    return apply(op, values);
  };
  std::optional<int64_t> count = staticCount(held.sizes);
  if (count && *count <= maxRegisters) {
    held.elements.emplace();
    forEachIndex(held.sizes, [&](Indices indices) { held.elements->push_back(element(indices)); });
    held.varying = llvm::any_of(*held.elements, [](const Scalar &s) { return s.varying; });
  } else {
    held.rule = element;
  }
  set(result, std::move(held));
}

void Lowerer::lowerSplat(tensor::SplatOp op) {
  Scalar value = materialise(scalar(op.getInput()));
  Tensor held;
  held.element = value.varying ? getElementTypeOrSelf(value.value.getType()) : value.value.getType();
  held.varying = value.varying;
  unsigned next = 0;
  auto type = cast<RankedTensorType>(op.getType());
  for (int64_t size : type.getShape())
    held.sizes.push_back(ShapedType::isDynamic(size) ? Index(scalar(op.getDynamicSizes()[next++]).value)
                                                     : Index(builder.getIndexAttr(size)));
  std::optional<int64_t> count = staticCount(held.sizes);
  if (count && *count <= maxRegisters)
    held.elements = SmallVector<Scalar>(*count, value);
  else
    held.rule = [value](Indices) { return value; };
  set(op.getResult(), std::move(held));
}

/// The same tensor; sizes that the type knows are constants for what reads it (dots and updates have blocks
/// of them).
void Lowerer::lowerCast(tensor::CastOp op) {
  Tensor held = tensor(op.getSource());
  auto type = cast<RankedTensorType>(op.getType());
  for (int64_t d = 0; d < type.getRank(); ++d)
    if (!type.isDynamicDim(d) && sizeOfDimension(op.getSource(), d)) // which each call has compared
      held.sizes[d] = builder.getIndexAttr(type.getDimSize(d));
  tensors[op.getResult()] = std::move(held);
}

void Lowerer::lowerFromElements(tensor::FromElementsOp op) {
  Tensor held;
  held.element = cast<RankedTensorType>(op.getType()).getElementType();
  held.elements.emplace();
  for (Value element : op.getElements()) {
    held.elements->push_back(materialise(scalar(element)));
    held.varying = held.varying || held.elements->back().varying;
  }
  for (int64_t size : cast<RankedTensorType>(op.getType()).getShape())
    held.sizes.push_back(builder.getIndexAttr(size));
  set(op.getResult(), std::move(held));
}

// Parts of tensors.

/// Whether an index is surely within a size, or checked when the kernel is called. A constant may be what the
/// compiler made of a computed index, which nobody has checked: only that there is an element.
bool Lowerer::isChecked(Value index, Index size) {
  if (auto argument = dyn_cast<BlockArgument>(index)) {
    // How often a sweep over a row runs is known only at run time: what has the length of the row is safe.
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto loop =
            dyn_cast<gen::LoopOp>(parent)) // with a number of iterations that the data gives, or carried
      return argument.getArgNumber() == 0 && sizeExpression(loop.getLength());
    auto sweep = dyn_cast<gen::SweepOp>(parent);
    bool isRow = sweep && !sweep.getStackLast() && !sizeExpression(sweep.getLength());
    return !isRow || dyn_cast<Value>(size) == scalar(sweep.getLength()).value;
  }
  if (scalar(index).isLaneIndex) // of a row
    return true;
  IntegerAttr constant;
  if (!matchPattern(index, m_Constant(&constant)))
    return false;
  std::optional<int64_t> known = getConstantIntValue(size);
  return constant.getInt() == 0 || (known && constant.getValue().ult(*known));
}

/// Indices of a read. Those of sweeps are checked when the kernel is called; one that is computed reads the
/// last element where it is out of range, so that no data can make a kernel read what is not its own.
SmallVector<Scalar> Lowerer::safeIndices(ValueRange indices, Indices sizes) {
  SmallVector<Scalar> safe;
  for (auto [index, size] : llvm::zip(indices, sizes)) {
    Scalar here = scalar(index);
    if (!isChecked(index, size)) {
      here = materialise(here);
      Value last = asValue(minus(size, builder.getIndexAttr(1)));
      here.value = make<arith::MinUIOp>(here.value, here.varying ? broadcast({last}) : last);
    }
    safe.push_back(here);
  }
  return safe;
}

LogicalResult Lowerer::lowerExtract(tensor::ExtractOp op) {
  SmallVector<Scalar> indices = safeIndices(op.getIndices(), sizesOf(op.getTensor()));
  Scalar element = elementAt(op.getTensor(), indices, op);
  if (!element.value)
    return failure();
  set(op.getResult(), element);
  return success();
}

/// A computed offset, at most `last`: no data can make a kernel read what is not its own.
Scalar Lowerer::within(Scalar offset, Index last) {
  Value limit = offset.varying ? broadcast({asValue(last)}) : asValue(last);
  return {make<arith::MinUIOp>(offset.value, limit), offset.varying};
}

LogicalResult Lowerer::lowerSlice(tensor::ExtractSliceOp op) {
  llvm::SmallBitVector dropped = droppedDims(op);
  int64_t rank = op.getSourceType().getRank();
  SmallVector<Scalar> offsets;
  SmallVector<Index> sourceSizes = sizesOf(op.getSource());
  Tensor held;
  held.element = op.getType().getElementType();
  for (int64_t d = 0; d < rank; ++d) {
    if (!isConstantIntValue(op.getMixedStrides()[d], 1))
      return op.emitOpError("has a step other than 1");
    auto resolve = [&](OpFoldResult value) -> Scalar {
      if (auto attribute = dyn_cast<Attribute>(value))
        return {index(cast<IntegerAttr>(attribute).getInt())};
      return scalar(cast<Value>(value));
    };
    offsets.push_back(resolve(op.getMixedOffsets()[d]));
    if (dropped.test(d))
      continue;
    held.sizes.push_back(getAsOpFoldResult(resolve(op.getMixedSizes()[d]).value));
    if (!isConstantIntValue(op.getMixedOffsets()[d], 0))
      offsets.back() = within(materialise(offsets.back()), minus(sourceSizes[d], held.sizes.back()));
  }
  Tensor source = tensor(op.getSource());
  bool varyingOffset = llvm::any_of(offsets, [](const Scalar &s) { return s.varying; });
  bool laneOffset = llvm::any_of(offsets, [](const Scalar &s) { return s.isLaneIndex; });
  bool direct = !varyingOffset && !(laneOffset && source.varying);
  if (direct && !source.view && laneOffset) {
    std::optional<View> view = inMemory(op.getSource(), op);
    if (!view)
      return failure();
    source.view = view;
  }
  if (direct && source.view) {
    View view = *source.view;
    for (int64_t d = rank - 1; d >= 0; --d) {
      if (dropped.test(d))
        view = subview(view, d, offsets[d]);
      else
        view.offset = asValue(plus(view.offset, times(offsets[d].value, view.strides[d])));
    }
    held.varying = source.varying || laneOffset;
    held.view = view;
    set(op.getResult(), std::move(held));
    return success();
  }
  held.varying = source.varying || varyingOffset || laneOffset;
  held.cost = source.cost + 1;
  auto element = [this, offsets, dropped, rank, op](Indices indices) mutable -> Scalar {
    SmallVector<Scalar> full;
    unsigned next = 0;
    for (int64_t d = 0; d < rank; ++d) {
      if (dropped.test(d)) {
        full.push_back(offsets[d]);
        continue;
      }
      Value here = asValue(indices[next++]);
      bool varying = offsets[d].varying;
      full.push_back({make<arith::AddIOp>(offsets[d].value, varying ? broadcast({here}) : here), varying});
    }
    return elementAt(op.getSource(), full, op);
  };
  std::optional<int64_t> count = staticCount(held.sizes);
  if (count && *count <= maxRegisters) {
    held.elements.emplace();
    forEachIndex(held.sizes, [&](Indices indices) { held.elements->push_back(element(indices)); });
  } else {
    held.rule = element;
  }
  set(op.getResult(), std::move(held));
  return success();
}

void Lowerer::lowerOneHot(gen::OneHotOp op) {
  auto type = cast<RankedTensorType>(op.getType());
  Tensor held;
  held.element = type.getElementType();
  held.cost = 2;
  SmallVector<Scalar> indices;
  Scalar value = scalar(op.getValue());
  held.varying = value.varying;
  unsigned next = 0;
  for (int64_t size : type.getShape())
    held.sizes.push_back(ShapedType::isDynamic(size) ? Index(scalar(op.getSizes()[next++]).value)
                                                     : Index(builder.getIndexAttr(size)));
  // Clamped as the read is whose adjoint this is.
  for (const Scalar &i : safeIndices(op.getIndices(), held.sizes)) {
    indices.push_back(materialise(i));
    held.varying = held.varying || indices.back().varying;
  }
  auto element = [this, indices, value](Indices at) -> Scalar {
    Scalar here{make<arith::ConstantOp>(builder.getBoolAttr(true))};
    for (auto [i, place] : llvm::zip(indices, at)) {
      bool varying = i.varying;
      Value where = varying ? broadcast({asValue(place)}) : asValue(place);
      Value same = make<arith::CmpIOp>(arith::CmpIPredicate::eq, i.value, where);
      bool both = here.varying || varying;
      Value left = both ? broadcast(here) : here.value;
      Value right = both ? broadcast({same, varying}) : same;
      here = {make<arith::AndIOp>(left, right), both};
    }
    bool varying = here.varying || value.varying;
    auto lift = [&](Scalar s) { return varying ? broadcast(s) : s.value; };
    Value zero = number(0.0, getElementTypeOrSelf(value.value.getType()));
    return {make<arith::SelectOp>(lift(here), lift(value), lift({zero})), varying};
  };
  std::optional<int64_t> count = staticCount(held.sizes);
  if (count && *count <= maxRegisters) {
    held.elements.emplace();
    forEachIndex(held.sizes, [&](Indices at) { held.elements->push_back(element(at)); });
  } else {
    held.rule = element;
  }
  set(op.getResult(), std::move(held));
}

// Reductions over one dimension.

void Lowerer::lowerReduceMax(gen::ReduceMaxOp op) {
  Tensor held = tensor(op.getOperand());
  auto larger = [&](Scalar a, Scalar b) -> Scalar {
    bool varying = a.varying || b.varying;
    Value x = varying ? broadcast(a) : a.value, y = varying ? broadcast(b) : b.value;
    Value greater = make<arith::CmpFOp>(arith::CmpFPredicate::OGT, x, y);
    return {make<arith::SelectOp>(greater, x, y), varying};
  };
  if (held.elements) {
    Scalar most = held.elements->front();
    for (const Scalar &element : llvm::drop_begin(*held.elements))
      most = larger(element, most);
    set(op.getResult(), most);
    return;
  }
  Scalar least{number(-std::numeric_limits<double>::infinity(), held.element)};
  Value start = held.varying ? broadcast(least) : least.value;
  auto loop = scf::ForOp::create(builder, loc, index(0), asValue(held.sizes[0]), index(1), ValueRange{start});
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Scalar element = elementAt(held, {Index(loop.getInductionVar())});
    Scalar most = larger(element, {loop.getRegionIterArg(0), held.varying});
    scf::YieldOp::create(builder, loc, most.value);
  }
  set(op.getResult(), Scalar{loop.getResult(0), held.varying});
}

/// Counts the k whose cumulated weight does not exceed u times the total; at most the last k of positive
/// weight.
void Lowerer::lowerInverseCdf(gen::InverseCdfOp op) {
  Tensor weights = tensor(op.getWeights());
  Scalar u = scalar(op.getU());
  bool varying = weights.varying || u.varying;
  auto lift = [&](Scalar s) { return varying ? broadcast(s) : s.value; };
  Type integer = builder.getI64Type();
  Value zero = lift({number(0.0, weights.element)});
  Value none = lift({make<arith::ConstantOp>(builder.getI64IntegerAttr(0))});
  Value one = lift({make<arith::ConstantOp>(builder.getI64IntegerAttr(1))});
  auto loopOver = [&](ValueRange start, function_ref<SmallVector<Value>(Value, ValueRange)> body) {
    auto loop = scf::ForOp::create(builder, loc, index(0), asValue(weights.sizes[0]), index(1), start);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    scf::YieldOp::create(builder, loc, body(loop.getInductionVar(), loop.getRegionIterArgs()));
    return loop;
  };
  auto weightAt = [&](Value k) { return lift(elementAt(weights, {Index(k)})); };
  auto total = loopOver({zero}, [&](Value k, ValueRange sum) {
    return SmallVector<Value>{make<arith::AddFOp>(sum[0], weightAt(k))};
  });
  Value threshold = make<arith::MulFOp>(lift(u), total.getResult(0));
  // State: cumulated weight, how many lie at or below the threshold, the last of positive weight.
  auto search = loopOver({zero, none, none}, [&](Value k, ValueRange state) {
    Value weight = weightAt(k);
    Value sum = make<arith::AddFOp>(state[0], weight);
    Value below = make<arith::CmpFOp>(arith::CmpFPredicate::OLE, sum, threshold);
    Value step = make<arith::SelectOp>(below, one, none);
    Value positive = make<arith::CmpFOp>(arith::CmpFPredicate::OGT, weight, zero);
    Value here = lift({make<arith::IndexCastOp>(integer, k)});
    return SmallVector<Value>{sum, make<arith::AddIOp>(state[1], step),
                              make<arith::SelectOp>(positive, here, state[2])};
  });
  set(op.getResult(), Scalar{make<arith::MinSIOp>(search.getResult(1), search.getResult(2)), varying});
}

} // namespace genfuse::lower
