// Loops whose iterations come one after the other. Carried scalars and small tensors are loop-carried values;
// each larger tensor has two halves of a buffer, of which an iteration reads one and writes the other.
#include "passes/Variation.h"
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

struct Lowerer::OpenLoop {
  struct Carried {
    SmallVector<Index> sizes; ///< none: a scalar
    Type element;
    bool varying;
    int64_t registers = 0;    ///< how many loop-carried values
    std::optional<View> both; ///< in memory: the two halves
  };
  gen::LoopOp op;
  SmallVector<Carried> carried;

  bool usesMemory() const {
    return llvm::any_of(carried, [](const Carried &c) { return c.both.has_value(); });
  }
};

bool Lowerer::variesInLanes(gen::LoopOp op, unsigned number) {
  if (lanes.width == 1)
    return false;
  auto sweep = op->getParentOfType<gen::SweepOp>();
  while (sweep && sweep.getLanes().value_or(1) == 1)
    sweep = sweep->getParentOfType<gen::SweepOp>();
  return !sweep || Variation(sweep)(op.getCarried()[number]);
}

/// One of two halves, 0 or 1.
View Lowerer::halfOf(const View &both, Indices sizes, Value half) {
  View view = both;
  Index length = times(both.strides.front(), sizes.front());
  view.offset = asValue(plus(both.offset, times(half, length)));
  return view;
}

LogicalResult Lowerer::prepareCarried(OpenLoop &loop) {
  for (auto [i, init] : llvm::enumerate(loop.op.getStarts())) {
    OpenLoop::Carried carried;
    carried.element = getElementTypeOrSelf(init.getType());
    carried.varying = variesInLanes(loop.op, i);
    carried.registers = 1;
    if (isa<RankedTensorType>(init.getType())) {
      carried.sizes = sizesOf(init);
      std::optional<int64_t> count = staticCount(carried.sizes);
      carried.registers = count && *count <= maxRegisters ? *count : 0;
      if (carried.registers == 0) {
        Type memory = carried.element.isInteger(1) ? builder.getI8Type() : carried.element;
        carried.both = allocate(init, memory, carried.varying, loop.op, /*copies=*/2);
        if (!carried.both)
          return failure();
      }
    }
    loop.carried.push_back(std::move(carried));
  }
  return success();
}

/// A value for each register, from a scalar or tensor.
static SmallVector<Scalar> scalarsOf(Lowerer &lowerer, Value value, Indices sizes) {
  if (!isa<RankedTensorType>(value.getType()))
    return {lowerer.materialise(lowerer.scalar(value))};
  SmallVector<Scalar> elements;
  Tensor held = lowerer.tensor(value);
  lowerer.forEachIndex(sizes, [&](Indices at) { elements.push_back(lowerer.elementAt(held, at)); });
  return elements;
}

/// What an iteration hands to the next one: values for registers; tensors go into the other half.
FailureOr<SmallVector<Value>> Lowerer::handOn(OpenLoop &loop, ValueRange values, Value half) {
  SmallVector<Value> next;
  for (auto [carried, value] : llvm::zip(loop.carried, values)) {
    if (carried.both) {
      View into = halfOf(*carried.both, carried.sizes, half);
      Tensor held = tensor(value);
      forEachIndex(carried.sizes, [&](Indices at) { store(into, at, elementAt(held, at)); });
      continue;
    }
    for (const Scalar &element : scalarsOf(*this, value, carried.sizes)) {
      if (element.varying && !carried.varying)
        return loop.op.emitOpError(
            "carries a value that differs between the instances of a vector only later on");
      next.push_back(carried.varying ? broadcast(element) : element.value);
    }
  }
  if (loop.usesMemory())
    next.push_back(half);
  return next;
}

/// The carried values as those of `targets`: of an iteration, or after all of them.
void Lowerer::takeOver(OpenLoop &loop, ValueRange targets, ValueRange values) {
  Value half = loop.usesMemory() ? values.back() : Value();
  for (auto [carried, target] : llvm::zip(loop.carried, targets)) {
    SmallVector<Scalar> elements;
    for (Value value : values.take_front(carried.registers))
      elements.push_back({value, carried.varying});
    values = values.drop_front(carried.registers);
    if (!isa<RankedTensorType>(target.getType())) {
      set(target, elements.front());
      continue;
    }
    Tensor held;
    held.sizes = carried.sizes;
    held.element = carried.element;
    held.varying = carried.varying;
    if (carried.both)
      held.view = halfOf(*carried.both, carried.sizes, half);
    else
      held.elements = elements;
    tensors[target] = std::move(held);
  }
}

LogicalResult Lowerer::lowerLoop(gen::LoopOp op) {
  OpenLoop loop{op, {}};
  Scalar length = scalar(op.getLength());
  if (length.varying)
    return op.emitOpError(
        "runs a number of times that differs between the instances of a vector, which is not "
        "supported");
  for (unsigned i = op.getNumCarried(); i < op.getNumResults(); ++i) {
    std::optional<View> view = destination(op, i);
    if (!view)
      return failure();
    destinations[op.getResult(i)] = *view;
  }
  if (failed(prepareCarried(loop)))
    return failure();
  FailureOr<SmallVector<Value>> start = handOn(loop, op.getStarts(), index(0));
  if (failed(start))
    return failure();
  auto iterations = scf::ForOp::create(builder, loc, index(0), length.value, index(1), *start);
  {
    OpBuilder::InsertionGuard guard(builder);
    OpenSweep *outer = std::exchange(delaying, nullptr);
    builder.setInsertionPointToStart(iterations.getBody());
    Value number = iterations.getInductionVar();
    ValueRange values = iterations.getRegionIterArgs();
    set(op.getIndex(), Scalar{number});
    iteration[op] = Scalar{number};
    takeOver(loop, op.getCarried(), values);
    if (failed(drawEarly(op, number)) || failed(lowerBlock(*op.getBlock())))
      return failure();
    for (unsigned i = op.getNumCarried(); i < op.getNumResults(); ++i)
      storeStack(op, i, op.getYield().getOperand(i), Scalar{number});
    Value other = loop.usesMemory() ? make<arith::SubIOp>(index(1), values.back()) : Value();
    FailureOr<SmallVector<Value>> next =
        handOn(loop, op.getYield().getOperands().take_front(op.getNumCarried()), other);
    if (failed(next))
      return failure();
    if (!next->empty())
      scf::YieldOp::create(builder, loc, *next);
    delaying = outer;
  }
  takeOver(loop, op.getLast(), iterations.getResults());
  publishStacks(op);
  return success();
}

} // namespace genfuse::lower
