// gen-differentiate: reverse mode on structured ops. A sweep gets a second sweep that runs its body again,
// then its reverse; where the cotangents do not depend on the first one, gen-merge-sweeps makes one sweep of
// both.
#include "ir/Assembly.h"
#include "passes/AdjointRules.h"
#include "passes/Passes.h"
#include "passes/Roles.h"
#include "passes/SymbolicSize.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENDIFFERENTIATE
#include "genfuse/passes/Passes.h.inc"

namespace {

bool isReal(Value value) { return isa<FloatType>(getElementTypeOrSelf(value.getType())); }

/// The values that depend on those differentiated by.
class Activity {
public:
  Activity(ValueRange wrt, Block &block) {
    for (Value value : wrt)
      active.insert(value);
    visit(block);
  }
  bool operator()(Value value) const { return active.contains(value); }

  /// A copy of an op is as active as the op.
  void copy(const IRMapping &mapping) {
    SmallVector<Value> copies;
    for (auto [from, to] : mapping.getValueMap())
      if (active.contains(from))
        copies.push_back(to);
    active.insert_range(copies);
  }

private:
  /// Whether the op, or one within it, depends on an active value.
  bool uses(Operation &op) {
    return op
        .walk([&](Operation *inner) {
          return WalkResult(
              failure(llvm::any_of(inner->getOperands(), [&](Value v) { return active.contains(v); })));
        })
        .wasInterrupted();
  }

  void visit(Block &block) {
    for (Operation &op : block) {
      if (auto sweep = dyn_cast<gen::SweepOp>(op)) {
        visit(*sweep.getBlock());
        for (auto [result, yielded] : llvm::zip(sweep.getResults(), sweep.getYield().getOperands()))
          if (active.contains(yielded))
            active.insert(result);
      } else if (uses(op)) {
        for (Value result : op.getResults())
          if (isReal(result))
            active.insert(result);
      }
    }
  }
  llvm::DenseSet<Value> active;
};

class Reverse {
public:
  /// `wrt` are where the way back ends, wherever they come from.
  Reverse(Activity &activity, ValueRange wrt) : activity(activity), wrt(wrt) {}

  /// Runs through the ops of a block from `last` upwards; ops created meanwhile go to the emitter's place.
  LogicalResult block(Operation *last, OpBuilder &builder, Adjoints &adjoints) {
    for (Operation *op = last; op; op = op->getPrevNode()) {
      bool reached = llvm::any_of(op->getResults(), [&](Value r) {
        return activity(r) && adjoints.has(r) && !llvm::is_contained(wrt, r);
      });
      if (!reached)
        continue;
      Emitter emit(builder, op->getLoc());
      if (auto sweep = dyn_cast<gen::SweepOp>(op)) {
        if (failed(reverseSweep(sweep, emit, adjoints)))
          return failure();
        continue;
      }
      Cotangent g = adjoints.take(emit, op->getResult(0));
      if (failed(propagate(op, g, emit, adjoints, [&](Value v) { return activity(v); })))
        return failure();
    }
    return success();
  }

private:
  LogicalResult reverseSweep(gen::SweepOp sweep, Emitter &emit, Adjoints &adjoints);
  void seedYield(gen::SweepOp sweep, const IRMapping &mapping, ArrayRef<Cotangent> cotangents, Value index,
                 Emitter &inner, Adjoints &inside);

  Activity &activity;
  ValueRange wrt;
};

/// Whether dimension `d` of `base`, an argument of the function, has the length of the sweep.
bool hasLength(Value base, unsigned d, gen::SweepOp sweep) {
  auto type = cast<RankedTensorType>(base.getType());
  IntegerAttr constant;
  if (matchPattern(sweep.getLength(), m_Constant(&constant)) && !type.isDynamicDim(d))
    return constant.getInt() == type.getDimSize(d);
  if (auto dim = sweep.getLength().getDefiningOp<tensor::DimOp>())
    if (dim.getSource() == base && dim.getConstantIndex() == d)
      return true;
  ScopedDiagnosticHandler quiet(sweep.getContext(), [](Diagnostic &) { return success(); });
  FailureOr<std::string> length = symbolicSize(sweep.getLength(), sweep);
  if (failed(length))
    return false;
  if (auto argument = dyn_cast<BlockArgument>(base))
    if (auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()))
      if (auto shape = function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), roles::shape))
        return cast<StringAttr>(shape[d]).getValue() == *length;
  FailureOr<SmallVector<std::string>> shape = symbolicShape(base, sweep);
  return succeeded(shape) && (*shape)[d] == *length;
}

/// How the cotangent of a part leaves a sweep.
struct Leaving {
  Place outside;
  Value value;
  std::optional<unsigned> stacked; ///< the dimension that the sweep runs along; otherwise it is a sum
  gen::RowOp row = {};             ///< the sweep runs along this row of the dimension
};

/// The row whose elements, one an iteration, an index of a sweep names: `start + i`.
gen::RowOp rowAlong(Value index, gen::SweepOp sweep) {
  auto sum = index ? index.getDefiningOp<arith::AddIOp>() : arith::AddIOp();
  for (unsigned i = 0; sum && i < 2; ++i) {
    auto row = sum->getOperand(i).getDefiningOp<gen::RowOp>();
    if (row && sum->getOperand(i) == row.getStart() && sum->getOperand(1 - i) == sweep.getIndex() &&
        sweep.getLength() == row.getLength() && !sweep.getBody().isAncestor(row->getParentRegion()))
      return row;
  }
  return {};
}

Leaving leave(const Adjoints::Entry &entry, gen::SweepOp sweep, Emitter &inner, Emitter &outer) {
  Place place = entry.place;
  for (Value &index : place.indices)
    if (IntegerAttr constant; index && matchPattern(index, m_Constant(&constant)))
      index = outer.make<arith::ConstantIndexOp>(constant.getInt());
  auto isInside = [&](Value v) { return v && sweep.getBody().isAncestor(v.getParentRegion()); };
  SmallVector<unsigned> varying;
  for (auto [d, index] : llvm::enumerate(place.indices))
    if (isInside(index))
      varying.push_back(d);
  if (varying.empty())
    return {place, entry.cotangent.value, std::nullopt};
  unsigned d = varying.front();
  if (varying.size() == 1 && place.indices[d] == sweep.getIndex() && hasLength(place.base, d, sweep)) {
    place.indices[d] = Value();
    if (llvm::none_of(place.indices, [](Value v) { return bool(v); }))
      place.indices.clear();
    return {place, entry.cotangent.value, d};
  }
  bool isRow = d == 0 && llvm::none_of(llvm::drop_begin(place.indices), [](Value v) { return bool(v); });
  if (gen::RowOp row = isRow ? rowAlong(place.indices[0], sweep) : gen::RowOp())
    return {{place.base, {}}, entry.cotangent.value, 0, row};
  return {{place.base, {}}, scatter(inner, entry.place, entry.cotangent.value), std::nullopt};
}

/// A stack has the sweep's dimension first; this puts it where it belongs among the whole dimensions of the
/// part.
Value placeStack(Value stack, const Place &before, unsigned dimension, Emitter &emit) {
  unsigned position = 0;
  for (unsigned d = 0; d < dimension; ++d)
    position += !before.indices[d];
  if (position == 0)
    return stack;
  auto type = cast<RankedTensorType>(stack.getType());
  std::string from = std::string("abcdefgh").substr(0, type.getRank());
  std::string to = from.substr(1, position) + from[0] + from.substr(1 + position);
  SmallVector<int64_t> shape(type.getShape());
  std::rotate(shape.begin(), shape.begin() + 1, shape.begin() + 1 + position);
  return emit.einsum(from + "->" + to, stack, RankedTensorType::get(shape, type.getElementType()));
}

/// The cotangents of the yielded values: that of a sum for every iteration, the element of that of a stack.
void Reverse::seedYield(gen::SweepOp sweep, const IRMapping &mapping, ArrayRef<Cotangent> cotangents,
                        Value index, Emitter &inner, Adjoints &inside) {
  for (auto [i, yielded, cotangent] : llvm::enumerate(sweep.getYield().getOperands(), cotangents)) {
    Value g = cotangent.value;
    if (!g || !activity(yielded))
      continue;
    Value copy = mapping.lookupOrDefault(yielded);
    if (i < sweep.getNumSums()) {
      inside.add(inner, {copy, {}}, {g, cotangent.guard});
      continue;
    }
    auto element = dyn_cast<RankedTensorType>(yielded.getType());
    if (!element) {
      Value guard = cotangent.guard;
      if (guard && isa<RankedTensorType>(guard.getType()))
        guard = inner.make<tensor::ExtractOp>(guard, ValueRange{index});
      inside.add(inner, {copy, {}}, {inner.make<tensor::ExtractOp>(g, ValueRange{index}), guard});
      continue;
    }
    SmallVector<OpFoldResult> offsets{index}, sizes{inner.builder.getIndexAttr(1)};
    for (int64_t d = 0; d < element.getRank(); ++d) {
      offsets.push_back(inner.builder.getIndexAttr(0));
      sizes.push_back(tensor::getMixedSize(inner.builder, inner.loc, g, d + 1));
    }
    SmallVector<OpFoldResult> strides(sizes.size(), inner.builder.getIndexAttr(1));
    Value row = inner.make<tensor::ExtractSliceOp>(element, g, offsets, sizes, strides);
    bool oneFlag = cotangent.guard && !isa<RankedTensorType>(cotangent.guard.getType());
    inside.add(inner, {copy, {}}, {row, oneFlag ? cotangent.guard : Value()});
  }
}

LogicalResult Reverse::reverseSweep(gen::SweepOp sweep, Emitter &emit, Adjoints &adjoints) {
  SmallVector<Cotangent> cotangents;
  for (Value result : sweep.getResults())
    cotangents.push_back(adjoints.take(emit, result));

  // The body again, then its reverse, in a block of its own: the results are known only afterwards.
  auto second = gen::SweepOp::create(emit.builder, sweep.getLoc(), TypeRange(), sweep.getLength(), 0);
  OpBuilder builder = OpBuilder::atBlockEnd(second.getBlock());
  IRMapping mapping;
  mapping.map(sweep.getIndex(), second.getIndex());
  for (Operation &op : sweep.getBlock()->without_terminator())
    builder.clone(op, mapping);
  activity.copy(mapping);
  Emitter inner(builder, sweep.getLoc());
  Operation *last = second.getBlock()->empty() ? nullptr : &second.getBlock()->back();
  Adjoints inside;
  seedYield(sweep, mapping, cotangents, second.getIndex(), inner, inside);
  if (failed(block(last, builder, inside)))
    return failure();

  SmallVector<Leaving> sums, stacks;
  SmallVector<Place> before;
  for (Adjoints::Entry &entry : inside.entries) {
    Leaving leaving = leave(entry, second, inner, emit);
    if (leaving.stacked)
      before.push_back(entry.place);
    (leaving.stacked ? stacks : sums).push_back(leaving);
  }
  SmallVector<Value> yielded;
  SmallVector<Type> types;
  for (Leaving &sum : sums) {
    yielded.push_back(sum.value);
    types.push_back(sum.value.getType());
  }
  for (auto [i, stack] : llvm::enumerate(stacks)) {
    yielded.push_back(stack.value);
    int64_t size = stack.row
                       ? ShapedType::kDynamic
                       : cast<RankedTensorType>(stack.outside.base.getType()).getDimSize(*stack.stacked);
    types.push_back(gen::stackedType(stack.value.getType(), false, size));
  }
  gen::YieldOp::create(builder, sweep.getLoc(), yielded);
  auto complete = gen::SweepOp::create(emit.builder, sweep.getLoc(), types, sweep.getLength(), sums.size());
  complete.getBody().takeBody(second.getBody());
  second.erase();

  for (auto [leaving, value] : llvm::zip(sums, complete.getSums()))
    adjoints.add(emit, leaving.outside, {value, Value()});
  for (auto [leaving, value, place] : llvm::zip(stacks, complete.getStacks(), before))
    if (leaving.row)
      adjoints.add(emit, leaving.outside,
                   {emit.make<gen::PlaceOp>(leaving.outside.base.getType(), value, leaving.row.getStart(),
                                            emit.make<tensor::DimOp>(leaving.outside.base, 0)),
                    Value()});
    else
      adjoints.add(emit, leaving.outside, {placeStack(value, place, *leaving.stacked, emit), Value()});
  return success();
}

struct GenDifferentiatePass : impl::GenDifferentiateBase<GenDifferentiatePass> {
  LogicalResult differentiate(gen::GradientOp op) {
    Activity activity(op.getWrt(), *op->getBlock());
    OpBuilder builder(op);
    Emitter emit(builder, op.getLoc());
    // What is emitted goes between `last` and the gradient op.
    Operation *last = op->getPrevNode();
    Adjoints adjoints;
    if (activity(op.getObjective()))
      adjoints.add(emit, {op.getObjective(), {}}, {emit.constant(1.0, op.getObjective().getType()), Value()});
    Reverse reverse(activity, op.getWrt());
    if (failed(reverse.block(last, builder, adjoints)))
      return failure();
    for (auto [result, value] : llvm::zip(op.getResults(), op.getWrt())) {
      Value gradient = adjoints.take(emit, value).value;
      result.replaceAllUsesWith(gradient ? gradient : emit.fill(0.0, value));
    }
    op.erase();
    return success();
  }

  void runOnOperation() override {
    SmallVector<gen::GradientOp> ops;
    getOperation().walk([&](gen::GradientOp op) { ops.push_back(op); });
    for (gen::GradientOp op : ops)
      if (failed(differentiate(op)))
        return signalPassFailure();
    getOperation().walk([](gen::VariableOp op) {
      op.replaceAllUsesWith(op.getOperand());
      op.erase();
    });
  }
};

} // namespace
} // namespace genfuse
