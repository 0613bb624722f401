// What the request names, and the inputs and results of its function.
#include "ir/Assembly.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/SizeChecks.h"
#include "passes/SymbolicSize.h"
#include "passes/derive/ChangeDeriver.h"
#include "passes/derive/DeriveChange.h"
#include "passes/derive/Ragged.h"

using namespace mlir;

namespace genfuse {

using Length = ArgumentChange::Length;
using Kind = Level::Kind;

// Names.

LogicalResult ChangeDeriver::resolveName(StringRef name) {
  for (auto [i, choice] : llvm::enumerate(choices)) {
    std::optional<Region> region = matchRegion(choice.pattern, name);
    if (!region)
      continue;
    auto isListed = [](const Level &level) { return level.kind == Kind::listed; };
    auto isAll = [](const Level &level) { return level.kind == Kind::all || level.kind == Kind::added; };
    if (raggedDepth(choice.plates) && !llvm::all_of(*region, isListed) && !llvm::all_of(*region, isAll))
      return error() << "elements of a ragged plate are named as a whole, '" << choice.pattern
                     << "', or by lists, '"
                     << regionText(choice.pattern, Region(region->size(), Level{Kind::listed})) << "', got '"
                     << name << "'";
    bool extends = llvm::any_of(*region, [](const Level &l) { return l.kind == Kind::added; });
    if (extends && !is(GfiOperation::update))
      return error() << "only update takes elements that are added, got '" << name << "'";
    if (extends) {
      extensions[i].push_back(*region);
      return success();
    }
    std::optional<Region> &known = (is(GfiOperation::project) ? projected : overwritten)[i];
    if (known)
      return error() << "the leaf '" << choice.pattern << "' is named twice: as '"
                     << regionText(choice.pattern, *known) << "' and as '" << name << "'";
    known = *region;
    if (whole.count(i))
      for (Level &level : *known)
        level = level.kind == Kind::listed ? Level{} : level;
    return success();
  }
  return error() << "unknown address '" << name << "'; " << knownChoices();
}

LogicalResult ChangeDeriver::resolveArguments() {
  for (const ArgumentChange &change : request.changes) {
    std::optional<unsigned> number = findArgument(change.name);
    if (!number)
      return error() << "unknown argument '" << change.name << "'";
    auto type = dyn_cast<RankedTensorType>(model.getBody().front().getArgument(*number).getType());
    bool asWhole = change.values == ArgumentChange::Values::any && change.length == Length::equal;
    if (!asWhole && (!type || type.getRank() == 0))
      return error() << "the argument '" << change.name << "' is a scalar: it has no elements and no length";
    if (change.length != Length::equal && !type.isDynamicDim(0))
      return error() << "the argument '" << change.name << "' has the fixed length " << type.getDimSize(0);
  }
  return success();
}

LogicalResult ChangeDeriver::resolve() {
  overwritten.resize(choices.size());
  projected.resize(choices.size());
  extensions.resize(choices.size());
  for (const std::string &name : request.names)
    if (failed(resolveName(name)))
      return failure();
  if (failed(resolveArguments()))
    return failure();
  changes.emplace(model, request.changes, choices, overwritten);
  if (failed(changes->run()))
    return failure();
  for (auto [i, regions] : llvm::enumerate(extensions))
    for (const Region &region : regions)
      for (auto [level, plate] : llvm::zip(region, choices[i].plates))
        if (level.kind == Kind::added && !mayGrow(changes->length(plate)))
          return error() << "'" << regionText(choices[i].pattern, region)
                         << "' names elements that are added, but no changed argument makes the plate grow";
  return success();
}

// Inputs.

LogicalResult ChangeDeriver::buildArguments() {
  for (BlockArgument argument : model.getBody().front().getArguments()) {
    SmallVector<std::string> shape = *symbolicShape(argument, model);
    std::string name = argumentName(argument);
    frame().before[argument] =
        addArgument(argument.getType(), roles::argument, name, shape, argument.getLoc());
    const ArgumentChange *change = changes->find(argument);
    if (!change)
      continue;
    if (change->length != Length::equal)
      shape[0] = changes->newSize(shape[0]);
    frame().after[argument] =
        addArgument(argument.getType(), roles::newArgument, name, shape, argument.getLoc());
  }
  addParameterArguments();
  for (const Choice &choice : choices) {
    FailureOr<SmallVector<std::string>> shape = leafShape(choice);
    if (failed(shape))
      return failure();
    leaves.push_back(
        addArgument(leafType(choice), roles::choice, choice.pattern, *shape, locationOf(choice)));
    markArgument(choice);
  }
  if (!is(GfiOperation::project) && !request.replay)
    addRandomArguments();
  return success();
}

const Choice &ChangeDeriver::anyChoiceIn(gen::MapOp plate) const {
  return *llvm::find_if(choices,
                        [&](const Choice &choice) { return llvm::is_contained(choice.plates, plate); });
}

/// How many elements are added to a plate.
std::string ChangeDeriver::addedSize(gen::MapOp plate) {
  std::optional<SizeExpression> size = sizeExpression(plate.getLength());
  std::string before = size->text(model), after = changes->newSize(before);
  SizeExpression negative = SizeExpression{}.plus(*size, -1);
  std::string minus = negative.text(model);
  return after + (StringRef(minus).starts_with("-") ? " - " + minus.substr(1) : " + " + minus);
}

bool ChangeDeriver::isFlat(size_t choice, const Region &region) const {
  return isFlat(choices[choice], region);
}

bool ChangeDeriver::isFlat(const Choice &choice, const Region &region) const {
  std::optional<size_t> depth = raggedDepth(choice.plates);
  return depth && *depth < region.size() && region[*depth].kind != Kind::listed;
}

SmallVector<std::string> ChangeDeriver::levelShape(const Choice &choice, const Region &region) {
  SmallVector<std::string> shape;
  bool isAdded = false;
  for (auto [d, level] : llvm::enumerate(region)) {
    gen::MapOp plate = choice.plates[d];
    if (gen::RowOp row = rowOf(plate); row && level.kind != Kind::listed) {
      shape = {changes->newSize(*symbolicSize(row.getTotal(), row))};
      continue;
    }
    std::string size = rowOf(plate) ? "" : *symbolicSize(plate.getLength(), plate);
    if (level.kind == Kind::all)
      shape.push_back(isAdded || mayShrink(changes->length(plate)) ? changes->newSize(size) : size);
    else if (level.kind == Kind::listed)
      shape.push_back(plateText(choice.pattern, atDepth(region, d + 1)) + "." + std::to_string(shape.size()));
    else if (level.kind == Kind::added)
      shape.push_back(addedSize(plate));
    isAdded = isAdded || level.kind == Kind::added;
  }
  return shape;
}

SmallVector<int64_t> ChangeDeriver::levelSizes(const Choice &choice, const Region &region) {
  SmallVector<int64_t> sizes;
  for (auto [d, level] : llvm::enumerate(region)) {
    gen::MapOp plate = choice.plates[d];
    IntegerAttr length;
    if (rowOf(plate) && level.kind != Kind::listed)
      sizes = {ShapedType::kDynamic};
    else if (level.kind == Kind::all && matchPattern(plate.getLength(), m_Constant(&length)))
      sizes.push_back(length.getInt());
    else if (level.kind != Kind::constant)
      sizes.push_back(ShapedType::kDynamic);
  }
  return sizes;
}

SmallVector<std::string> ChangeDeriver::regionShape(size_t choice, const Region &region) {
  SmallVector<std::string> shape = levelShape(choices[choice], region);
  gen::SampleOp op = choices[choice].op;
  shape.append(*symbolicShape(op.getResult(), op));
  return shape;
}

Value ChangeDeriver::input(StringRef role, size_t choice, const Region &region, Type element) {
  std::string name = regionText(choices[choice].pattern, region);
  Value &known = inputs[role.str() + " " + name];
  if (known)
    return known;
  SmallVector<int64_t> sizes = levelSizes(choices[choice], region);
  bool isMask = role == roles::selected;
  if (auto tensor = dyn_cast<RankedTensorType>(element))
    sizes.append(tensor.getShape().begin(), tensor.getShape().end());
  Type type = sizes.empty() ? element : RankedTensorType::get(sizes, getElementTypeOrSelf(element));
  return known = addArgument(type, role, name,
                             isMask ? levelShape(choices[choice], region) : regionShape(choice, region),
                             locationOf(choices[choice]));
}

Value ChangeDeriver::listOf(gen::MapOp plate) {
  const Choice &choice = anyChoiceIn(plate);
  Region here = region();
  here.push_back({Kind::listed});
  std::string name = plateText(choice.pattern, here);
  Value &known = inputs["elements " + name];
  if (known)
    return known;
  // An index is computed from the list: there has to be an element.
  gen::RowOp row = rowOf(plate);
  checks.push_back("1 <= " + *symbolicSize(row ? row.getTotal() : plate.getLength(), plate) + " | " +
                   placeOf(plate.getLoc()));
  return known = addArgument(RankedTensorType::get(levelSizes(choice, here), builder.getI64Type()),
                             roles::elements, name, levelShape(choice, here), plate.getLoc());
}

/// Constant indices exist; what the model takes for granted holds for the new arguments too.
void ChangeDeriver::addChecks() {
  for (auto [i, choice] : llvm::enumerate(choices)) {
    const std::optional<Region> &named = is(GfiOperation::project) ? projected[i] : overwritten[i];
    for (auto [d, level] : llvm::enumerate(named ? *named : Region()))
      if (level.kind == Kind::constant)
        checks.push_back(std::to_string(level.number + 1) +
                         " <= " + *symbolicSize(choice.plates[d].getLength(), choice.plates[d]) + " | " +
                         placeOf(choice.op->getLoc()));
  }
  for (const std::string &check : sizeChecks(model)) {
    if (std::string renamed = changes->newCheck(check); renamed != check)
      checks.push_back(renamed);
  }
}

// Results.

LogicalResult ChangeDeriver::addReturn() {
  Operation *terminator = model.getBody().front().getTerminator();
  if (terminator->getNumOperands() == 0 || !changes->isChanged(terminator->getOperand(0)))
    return success();
  Value returned = terminator->getOperand(0);
  FailureOr<SmallVector<std::string>> shape = symbolicShape(returned, terminator);
  if (failed(shape))
    return failure();
  for (std::string &size : *shape)
    size = changes->newSize(size);
  addResult(get(returned, Version::after), roles::returnValue, "return", *shape);
  return success();
}

FailureOr<func::FuncOp> ChangeDeriver::run() {
  if (failed(collectParameters()) || failed(resolve()))
    return failure();
  startFunction();
  Block &entry = model.getBody().front();
  Frame outermost{.source = &entry, .target = &function.getBody().front()};
  frames.push_back(&outermost);
  if (failed(buildArguments()))
    return failure();
  Totals totals = terms(entry);
  for (size_t i = 0; i < choices.size(); ++i)
    for (const Region &region : drawnRegions(i))
      addResult(drawnLeaf(i, region), roles::drawn, regionText(choices[i].pattern, region),
                regionShape(i, region));
  addResult(orZero(totals.weight), roles::weight, "weight");
  if (!is(GfiOperation::project)) {
    addResult(orZero(totals.change), roles::scoreChange, "score");
    if (failed(addReturn()))
      return failure();
  }
  if (broken)
    return failure();
  addChecks();
  for (StringRef role : {roles::choice, roles::seed, roles::instance})
    eraseUnusedArguments(role);
  finishFunction(checks);
  return function;
}

FailureOr<func::FuncOp> deriveChange(gen::FuncOp model, const Request &request, std::vector<Choice> choices) {
  std::set<size_t> whole;
  while (true) {
    ChangeDeriver deriver(model, request, choices);
    deriver.whole = whole;
    FailureOr<func::FuncOp> result = deriver.run();
    if (failed(result) || !deriver.restart)
      return result;
    result->erase();
    whole = deriver.whole;
  }
}

} // namespace genfuse
