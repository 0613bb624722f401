#include "passes/derive/Changes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/SymbolicSize.h"
#include "passes/derive/Ragged.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace genfuse {

using Length = ArgumentChange::Length;
using Values = ArgumentChange::Values;

namespace {

void joinInto(std::optional<Region> &into, const std::optional<Region> &other) {
  if (other)
    into = into ? join(*into, *other) : other;
}

/// How deep the plate of an index is, counted from 0; none if it is no index of a plate.
std::optional<size_t> plateLevel(Value index) {
  auto argument = dyn_cast_or_null<BlockArgument>(index);
  auto plate = argument ? dyn_cast<gen::MapOp>(argument.getOwner()->getParentOp()) : gen::MapOp();
  if (!plate)
    return std::nullopt;
  size_t level = 0;
  for (auto outer = plate->getParentOfType<gen::MapOp>(); outer; outer = outer->getParentOfType<gen::MapOp>())
    ++level;
  return level;
}

} // namespace

Changes::Changes(gen::FuncOp model, const std::vector<ArgumentChange> &changes,
                 const std::vector<Choice> &choices, const std::vector<std::optional<Region>> &overwritten)
    : model(model), changes(changes), choices(choices), overwritten(overwritten), scored_(choices.size()) {}

LogicalResult Changes::run() {
  Block &entry = model.getBody().front();
  for (BlockArgument argument : entry.getArguments())
    if (find(argument))
      changed[argument] = {};
  return visit(entry, 0);
}

const ArgumentChange *Changes::find(BlockArgument argument) const {
  if (!isa<gen::FuncOp>(argument.getOwner()->getParentOp()))
    return nullptr;
  auto found =
      llvm::find_if(changes, [&](const ArgumentChange &c) { return c.name == argumentName(argument); });
  return found == changes.end() ? nullptr : &*found;
}

std::string Changes::newSize(const std::string &text) const {
  SmallVector<StringRef> words;
  StringRef(text).split(words, ' ');
  SmallVector<std::string> renamed;
  for (StringRef word : words) {
    bool longer = llvm::any_of(changes, [&](const ArgumentChange &change) {
      return change.length != Length::equal && word == change.name + ".0";
    });
    renamed.push_back(longer ? word.drop_back(2).str() + "'.0" : word.str());
  }
  return llvm::join(renamed, " ");
}

std::string Changes::newCheck(const std::string &line) const {
  auto [sizes, place] = StringRef(line).split(" | ");
  std::string renamed = newSize(sizes.str());
  for (const ArgumentChange &change : changes)
    for (StringRef check : {"offsets ", "longest "})
      if (std::string name = check.str() + change.name; StringRef(renamed).starts_with(name + " "))
        renamed.insert(name.size(), "'");
  return renamed + " | " + place.str();
}

LogicalResult Changes::visit(Block &block, size_t depth) {
  for (Operation &op : block.without_terminator()) {
    if (auto plate = dyn_cast<gen::MapOp>(op)) {
      if (failed(visitPlate(plate, depth)))
        return failure();
      continue;
    }
    if (auto sample = dyn_cast<gen::SampleOp>(op)) {
      size_t number =
          llvm::find_if(choices, [&](const Choice &c) { return c.op == sample; }) - choices.begin();
      scored_[number] = changeOfOperands(&op, depth);
      joinInto(scored_[number], overwritten[number]);
      if (overwritten[number])
        changed[sample.getResult()] = *overwritten[number];
      continue;
    }
    Change change;
    if (auto dim = dyn_cast<tensor::DimOp>(op)) {
      if (dependsOnLength(dim.getResult()))
        change = Region(depth);
    } else if (auto row = dyn_cast<gen::RowOp>(op)) {
      if (rowsDiffer(row))
        change = Region(depth);
    } else if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
      Value first = extract.getIndices().empty() ? Value() : extract.getIndices().front();
      change = changeOfElement(&op, extract.getTensor(), first, depth);
    } else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
      bool one = isConstantIntValue(slice.getMixedSizes().front(), 1);
      auto first = dyn_cast<Value>(slice.getMixedOffsets().front());
      change = changeOfElement(&op, slice.getSource(), one ? first : Value(), depth);
    } else {
      change = changeOfOperands(&op, depth);
    }
    if (change)
      for (Value result : op.getResults())
        changed[result] = *change;
  }
  return success();
}

LogicalResult Changes::visitPlate(gen::MapOp plate, size_t depth) {
  FailureOr<LengthChange> length = lengthOf(plate);
  if (failed(length))
    return failure();
  lengths[plate] = *length;
  Block &body = plate.getBody().front();
  if (failed(visit(body, depth + 1)))
    return failure();
  for (auto [result, yielded] : llvm::zip(plate.getResults(), body.getTerminator()->getOperands())) {
    Change change = changeOf(yielded, depth + 1);
    if (*length != LengthChange::equal)
      change = Region(depth + 1);
    if (change)
      changed[result] = atDepth(*change, depth);
  }
  return success();
}

Changes::Change Changes::changeOf(Value value, size_t depth) const {
  auto found = changed.find(value);
  if (found == changed.end())
    return std::nullopt;
  return atDepth(found->second, depth);
}

Changes::Change Changes::changeOfOperands(Operation *op, size_t depth, ValueRange without) const {
  Change change;
  for (Value operand : op->getOperands())
    if (!llvm::is_contained(without, operand))
      joinInto(change, changeOf(operand, depth));
  return change;
}

/// Reading an argument at the index of a plate: only the elements in which it differs count.
Changes::Change Changes::changeOfElement(Operation *op, Value from, Value firstIndex, size_t depth) const {
  auto argument = dyn_cast<BlockArgument>(from);
  const ArgumentChange *known = argument ? find(argument) : nullptr;
  gen::RowOp row = firstIndex ? rowOfElement(firstIndex) : gen::RowOp();
  if (known && row)
    return changeOfRowElement(op, *known, row, depth);
  std::optional<size_t> level = plateLevel(firstIndex);
  if (!known || !level || known->values == Values::any || isMoved(from))
    return changeOfOperands(op, depth);
  Change change = changeOfOperands(op, depth, from);
  if (known->values == Values::listed) {
    Region listed(depth);
    listed[*level].kind = Level::Kind::listed;
    joinInto(change, listed);
  }
  return change;
}

/// Elements of rows are compared row by row, wherever the rows lie.
Changes::Change Changes::changeOfRowElement(Operation *op, const ArgumentChange &known, gen::RowOp row,
                                            size_t depth) const {
  if (known.values == Values::any || (known.values == Values::listed && rowsDiffer(row)))
    return Region(depth);
  Value from = op->getOperand(0), index = op->getOperand(1);
  Change change = changeOfOperands(op, depth, {from, index});
  if (known.values == Values::listed) {
    Region listed(depth);
    listed[0].kind = listed[1].kind = Level::Kind::listed; // rows stand in an outermost plate (row_c3)
    joinInto(change, listed);
  }
  return change;
}

bool Changes::rowsDiffer(gen::RowOp row) const {
  const ArgumentChange *change = find(cast<BlockArgument>(row.getOffsets()));
  return change && change->values != Values::equal;
}

/// Whether an argument holds rows that other offsets move: what is said of its elements is said row by row.
bool Changes::isMoved(Value data) const {
  return llvm::any_of(data.getUsers(), [&](Operation *user) {
    Value first;
    if (auto extract = dyn_cast<tensor::ExtractOp>(user); extract && !extract.getIndices().empty())
      first = extract.getIndices().front();
    else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(user))
      first = dyn_cast<Value>(slice.getMixedOffsets().front());
    gen::RowOp row = first ? rowOfElement(first) : gen::RowOp();
    return row && rowsDiffer(row);
  });
}

bool Changes::dependsOnLength(Value size) const {
  auto dim = size.getDefiningOp<tensor::DimOp>();
  std::optional<int64_t> dimension = dim.getConstantIndex();
  return dimension ? sizeChanges(dim.getSource(), *dimension) : isChanged(dim.getSource());
}

bool Changes::sizeChanges(Value tensor, unsigned dimension) const {
  std::optional<SizeExpression> size = sizeOfDimension(tensor, dimension);
  if (!size)
    return isChanged(tensor);
  gen::FuncOp function = model;
  return llvm::any_of(size->terms, [&](const auto &term) {
    const ArgumentChange *change = find(function.getBody().getArgument(term.first.first));
    return change && change->length != Length::equal && term.first.second == 0;
  });
}

FailureOr<LengthChange> Changes::lengthOf(gen::MapOp plate) const {
  if (gen::RowOp row = rowOf(plate))
    return rowsDiffer(row) ? LengthChange::varies : LengthChange::equal;
  std::optional<SizeExpression> size = sizeExpression(plate.getLength());
  LengthChange result = LengthChange::equal;
  gen::FuncOp function = model;
  for (const auto &[key, coefficient] : size ? size->terms : decltype(size->terms){}) {
    const ArgumentChange *change = find(function.getBody().getArgument(key.first));
    if (!change || change->length == Length::equal || key.second != 0 || coefficient == 0)
      continue;
    bool grows = (change->length == Length::grows) == (coefficient > 0);
    LengthChange here = grows ? LengthChange::grows : LengthChange::shrinks;
    if (result != LengthChange::equal && result != here)
      return plate.emitOpError("has a length that grows with one changed argument and shrinks with another");
    result = here;
  }
  return result;
}

} // namespace genfuse
