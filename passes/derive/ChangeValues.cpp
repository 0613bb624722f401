// Values of the model before and after a change, made where they are first needed.
#include "ir/Assembly.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/derive/ChangeDeriver.h"
#include "passes/derive/Ragged.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace genfuse {

using Kind = Level::Kind;

// Where the evaluation is.

Region ChangeDeriver::region() const {
  Region region;
  for (const Frame *frame : ArrayRef(frames).drop_front())
    region.push_back(frame->level);
  return region;
}

SmallVector<Value> ChangeDeriver::indices() const {
  SmallVector<Value> indices;
  for (const Frame *frame : ArrayRef(frames).drop_front())
    indices.push_back(frame->index);
  return indices;
}

Value ChangeDeriver::flatIndex(const Frame &frame, Version version) {
  gen::RowOp row = rowOf(cast<gen::MapOp>(frame.source->getParentOp()));
  return arith::AddIOp::create(builder, row.getLoc(), get(row.getStart(), version), frame.index);
}

SmallVector<Value> ChangeDeriver::leafPlaces() {
  SmallVector<Value> places;
  for (const Frame *frame : ArrayRef(frames).drop_front())
    if (rowOf(cast<gen::MapOp>(frame->source->getParentOp())))
      places = {flatIndex(*frame, Version::before)};
    else
      places.push_back(frame->index);
  return places;
}

SmallVector<Value> ChangeDeriver::places() {
  SmallVector<Value> places;
  for (const Frame *frame : ArrayRef(frames).drop_front()) {
    bool isListed = frame->level.kind == Kind::listed;
    if (!isListed && rowOf(cast<gen::MapOp>(frame->source->getParentOp())))
      places = {flatIndex(*frame, Version::after)};
    else if (frame->level.kind != Kind::constant)
      places.push_back(frame->level.kind == Kind::all ? frame->index : frame->position);
  }
  return places;
}

bool ChangeDeriver::hasLevel(Kind kind) const {
  return llvm::any_of(frames, [&](const Frame *frame) { return frame->level.kind == kind; });
}

/// Within elements that are new or gone, a plate has one length only.
LengthChange ChangeDeriver::lengthChange(gen::MapOp plate) const {
  return isNew() || isGone() ? LengthChange::equal : changes->length(plate);
}

// Values.

SmallVector<Value> ChangeDeriver::get(ValueRange values, Version version) {
  SmallVector<Value> result;
  for (Value value : values)
    result.push_back(get(value, version));
  return result;
}

Value ChangeDeriver::get(Value value, Version version) {
  size_t depth = 0;
  while (frames[depth]->source != value.getParentBlock())
    ++depth;
  // What is made belongs to the frame of the value's block, not to those within it.
  std::vector<Frame *> all = frames;
  frames.resize(depth + 1);
  auto restore = llvm::scope_exit([&] { frames = std::move(all); });
  if (isNew())
    version = Version::after;
  else if (isGone() || !changes->isChanged(value))
    version = Version::before;
  Frame &home = frame();
  auto &known = version == Version::before ? home.before : home.after;
  if (Value found = known.lookup(value))
    return found;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(home.target);
  Value made = make(value, version);
  return known[value] = made;
}

Value ChangeDeriver::make(Value value, Version version) {
  Operation *op = value.getDefiningOp();
  unsigned number = cast<OpResult>(value).getResultNumber();
  if (auto sample = dyn_cast<gen::SampleOp>(op))
    return choiceValue(numberOf(sample), version);
  if (auto plate = dyn_cast<gen::MapOp>(op))
    return plateResult(plate, number, version);
  if (auto param = dyn_cast<gen::ParamOp>(op))
    return llvm::find_if(parameters, [&](const Parameter &p) { return p.path == param.getName(); })->value;
  if (op->getNumRegions() > 0) {
    op->emitOpError("is not supported in a generative function: control flow is written with arith.select "
                    "and gen.map");
    broken = true;
  }
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, get(operand, version));
  return builder.clone(*op, mapping)->getResult(number);
}

Value ChangeDeriver::choiceValue(size_t choice, Version version) {
  gen::SampleOp op = choices[choice].op;
  Location loc = locationOf(choices[choice]);
  if (isNew())
    return isGiven(choice, region()) ? element(input(roles::constraint, choice, region(), op.getType()),
                                               op.getType(), places(), loc)
                                     : drawnValue(choice);
  Value old = element(leaves[choice], op.getType(), leafPlaces(), loc);
  if (version == Version::before)
    return old;
  Value condition;
  Value value = newValue(choice, condition);
  return value ? replace(condition, value, old, loc) : old;
}

Value ChangeDeriver::replace(Value condition, Value yes, Value no, Location loc) {
  return condition ? arith::SelectOp::create(builder, loc, condition, yes, no).getResult() : yes;
}

Value ChangeDeriver::newValue(size_t choice, Value &condition) {
  gen::SampleOp op = choices[choice].op;
  Location loc = locationOf(choices[choice]);
  const Region &given = *overwritten[choice];
  SmallVector<Value> where;
  bool listed = true; // so far every list of the region is that of the frame
  for (auto [level, f] : llvm::zip(given, ArrayRef(frames).drop_front())) {
    if (level.kind == Kind::all) {
      where.push_back(f->index);
    } else if (level.kind == Kind::listed && f->level.kind == Kind::listed && listed) {
      where.push_back(f->position);
    } else if (level.kind == Kind::listed) {
      whole.insert(choice);
      restart = true;
      return {};
    } else if (f->level.kind == Kind::constant) {
      if (f->level.number != level.number)
        return {};
    } else {
      Value number = arith::ConstantIndexOp::create(builder, loc, level.number);
      Value here = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, f->index, number);
      condition = condition ? arith::AndIOp::create(builder, loc, condition, here).getResult() : here;
    }
    listed = listed && level == f->level;
  }
  if (isFlat(choice, given))
    where = places();
  if (isMasked(choice, given)) {
    Value mask = input(roles::selected, choice, given, builder.getI1Type());
    Value here = element(mask, builder.getI1Type(), where, loc);
    condition = condition ? arith::AndIOp::create(builder, loc, condition, here).getResult() : here;
  }
  if (is(GfiOperation::regenerate) && !request.replay)
    return drawnValue(choice);
  return element(input(roles::constraint, choice, given, op.getType()), op.getType(), where, loc);
}

Value ChangeDeriver::drawnValue(size_t choice) {
  gen::SampleOp op = choices[choice].op;
  Location loc = locationOf(choices[choice]);
  SmallVector<Value> parameters = get(op.getParameters(), Version::after);
  if (!request.replay)
    return gen::DrawOp::create(builder, loc, op.getType(), op.getDistribution(), parameters, seed, instance,
                               indices(), choices[choice].stream);
  return element(input(roles::constraint, choice, region(), op.getType()), op.getType(), places(), loc);
}

// Plates.

Value ChangeDeriver::plateResult(gen::MapOp plate, unsigned result, Version version) {
  auto elements = [&](Level level) {
    return sweep(plate, level, countOf(plate, level, version), [&] {
      Value yielded = plate.getBody().front().getTerminator()->getOperand(result);
      return Yield{{}, {get(yielded, version)}};
    })[0];
  };
  Value common = elements({Kind::all});
  if (version == Version::before || !mayGrow(lengthChange(plate)))
    return common;
  return gen::ConcatOp::create(builder, plate.getLoc(), plate.getResult(result).getType(), common,
                               elements({Kind::added}));
}

/// How many iterations handle the elements of a level. All of them: those of one version, or, for the new
/// version of a plate whose length differs, those that are there before and after.
Value ChangeDeriver::countOf(gen::MapOp plate, Level level, Version version) {
  Value length = plate.getLength();
  Location loc = plate.getLoc();
  if (level.kind == Kind::constant)
    return {};
  if (level.kind == Kind::listed) {
    Value list = listOf(plate);
    int64_t last = cast<RankedTensorType>(list.getType()).getRank() - 1;
    return tensor::DimOp::create(builder, loc, list, last);
  }
  LengthChange change = lengthChange(plate);
  bool isAll = level.kind == Kind::all;
  // Of an element that is gone, everything within it is gone.
  if (isAll && (change == LengthChange::equal || version == Version::before))
    return get(length, isGone() ? Version::before : version);
  Value before = get(length, Version::before), after = get(length, Version::after);
  Value common = change == LengthChange::grows     ? before
                 : change == LengthChange::shrinks ? after
                                                   : arith::MinUIOp::create(builder, loc, before, after);
  return isAll ? common : subtract(level.kind == Kind::added ? after : before, common, loc);
}

Value ChangeDeriver::subtract(Value left, Value right, Location loc) {
  return arith::SubIOp::create(builder, loc, left, right);
}

Value ChangeDeriver::indexOf(gen::MapOp plate, Level level, Value position) {
  Location loc = plate.getLoc();
  if (level.kind == Kind::all)
    return position;
  if (level.kind == Kind::listed) {
    SmallVector<Value> where = places();
    where.push_back(position);
    Value number = tensor::ExtractOp::create(builder, loc, listOf(plate), where);
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), number);
  }
  Value first = get(plate.getLength(), level.kind == Kind::added ? Version::before : Version::after);
  // Where a row has no such elements, their number is 0.
  return arith::AddIOp::create(builder, loc, first, position);
}

/// Runs `body` for the elements of a level. An element that a constant names needs no sweep.
SmallVector<Value> ChangeDeriver::sweep(gen::MapOp plate, Level level, Value count,
                                        function_ref<Yield()> body) {
  Location loc = plate.getLoc();
  Block &source = plate.getBody().front();
  Block inner;
  Frame here{.source = &source, .target = &inner, .level = level};
  bool isConstant = level.kind == Kind::constant;
  SmallVector<Value> yielded;
  unsigned numSums = 0;
  {
    OpBuilder::InsertionGuard guard(builder);
    if (isConstant) {
      here.target = frame().target;
      here.index = arith::ConstantIndexOp::create(builder, loc, level.number);
    } else {
      here.position = inner.addArgument(builder.getIndexType(), loc);
      builder.setInsertionPointToEnd(&inner);
      here.index = indexOf(plate, level, here.position);
    }
    here.before[source.getArgument(0)] = here.after[source.getArgument(0)] = here.index;
    frames.push_back(&here);
    auto [sums, stacks] = body();
    frames.pop_back();
    numSums = sums.size();
    yielded = llvm::to_vector(llvm::concat<Value>(sums, stacks));
    if (isConstant)
      return yielded;
    if (level.kind == Kind::listed && numSums > 0) {
      // A list that is shorter than others is filled up with the plate's length.
      Value on = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, here.index,
                                       get(plate.getLength(), Version::before));
      for (Value &sum : MutableArrayRef(yielded).take_front(numSums))
        sum = replace(on, sum, orZero({}), loc);
    }
    gen::YieldOp::create(builder, loc, yielded);
  }
  IntegerAttr length;
  bool isStatic = level.kind == Kind::all && matchPattern(count, m_Constant(&length));
  SmallVector<Type> types;
  for (auto [i, value] : llvm::enumerate(yielded))
    types.push_back(i < numSums ? value.getType()
                                : gen::stackedType(value.getType(), false,
                                                   isStatic ? length.getInt() : ShapedType::kDynamic));
  auto op = gen::SweepOp::create(builder, loc, types, count, numSums);
  op.getBlock()->getOperations().splice(op.getBlock()->end(), inner.getOperations());
  inner.getArgument(0).replaceAllUsesWith(op.getIndex());
  return SmallVector<Value>(op.getResults());
}

} // namespace genfuse
