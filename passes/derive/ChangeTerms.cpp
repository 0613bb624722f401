// The sums of a change: which log densities enter the weight and the score, and over which elements.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/derive/ChangeDeriver.h"
#include "passes/derive/Ragged.h"

using namespace mlir;

namespace genfuse {

using Kind = Level::Kind;

ChangeDeriver::Totals ChangeDeriver::terms(Block &block) {
  Totals totals;
  for (Operation &op : block.without_terminator()) {
    if (auto sample = dyn_cast<gen::SampleOp>(op)) {
      if (size_t choice = numberOf(sample); isScored(choice))
        addTerm(choice, totals);
    } else if (auto plate = dyn_cast<gen::MapOp>(op)) {
      Totals inside = plateTerms(plate);
      add(totals, inside.weight, inside.change, op.getLoc());
    }
  }
  return totals;
}

/// Weight and score differ only where something is drawn: as long as they do not, they are one sum.
void ChangeDeriver::add(Totals &totals, Value weight, Value change, Location loc) {
  bool same = totals.weight == totals.change && weight == change;
  accumulate(totals.weight, weight, loc);
  if (same)
    totals.change = totals.weight;
  else
    accumulate(totals.change, change, loc);
}

bool ChangeDeriver::isMasked(size_t choice, const Region &region) const {
  return !is(GfiOperation::update) && (whole.count(choice) || llvm::any_of(region, [](const Level &level) {
                                         return level.kind == Kind::listed;
                                       }));
}

ChangeDeriver::Totals ChangeDeriver::plateTerms(gen::MapOp plate) {
  Totals totals;
  for (Level level : levelsOf(plate)) {
    Totals inside;
    SmallVector<Value> sums = sweep(plate, level, countOf(plate, level, Version::after), [&] {
      inside = terms(plate.getBody().front());
      Yield yield;
      if (inside.weight)
        yield.sums.push_back(inside.weight);
      if (inside.change && inside.change != inside.weight)
        yield.sums.push_back(inside.change);
      return yield;
    });
    add(totals, inside.weight ? sums.front() : Value(), inside.change ? sums.back() : Value(),
        plate.getLoc());
  }
  return totals;
}

/// For which elements of a plate there are terms, given for which of the plates around it.
std::set<Level> ChangeDeriver::levelsOf(gen::MapOp plate) {
  std::set<Level> levels;
  size_t depth = frames.size() - 1;
  bool hasChoices = false;
  for (auto [i, choice] : llvm::enumerate(choices)) {
    if (choice.plates.size() <= depth || choice.plates[depth] != plate)
      continue;
    hasChoices = true;
    const std::optional<Region> &where = is(GfiOperation::project) ? projected[i] : changes->scored(i);
    if (where && atDepth(*where, depth) == region())
      levels.insert((*where)[depth]);
  }
  if (!hasChoices)
    return {};
  if (isNew() || isGone())
    return {Level{}};
  if (region() != Region(depth))
    return levels;
  if (mayGrow(lengthChange(plate)))
    levels.insert({Kind::added});
  if (mayShrink(lengthChange(plate)))
    levels.insert({Kind::removed});
  plate.getBody().walk([&](gen::MapOp inner) {
    if (lengthChange(inner) != LengthChange::equal)
      levels.insert(Level{});
  });
  return levels;
}

bool ChangeDeriver::isScored(size_t choice) {
  if (isNew() || isGone())
    return true;
  const std::optional<Region> &where =
      is(GfiOperation::project) ? projected[choice] : changes->scored(choice);
  return where && *where == region();
}

bool ChangeDeriver::isGiven(size_t choice, const Region &region) const {
  return llvm::is_contained(extensions[choice], region);
}

Value ChangeDeriver::density(size_t choice, Version version) {
  gen::SampleOp op = choices[choice].op;
  Value value = get(op.getResult(), version);
  SmallVector<Value> parameters = get(op.getParameters(), version);
  auto term = gen::LogPdfOp::create(builder, locationOf(choices[choice]), builder.getF64Type(),
                                    op.getDistribution(), value, parameters, indices());
  // What is only subtracted is counted apart: it does not score the choice again.
  if (version == Version::before && !is(GfiOperation::project))
    term->setAttr(roles::count, builder.getStringAttr("old " + choices[choice].pattern));
  return term;
}

void ChangeDeriver::addTerm(size_t choice, Totals &totals) {
  Location loc = locationOf(choices[choice]);
  if (is(GfiOperation::project)) {
    Value term = density(choice, Version::before);
    if (isMasked(choice, region())) {
      Value mask = input(roles::selected, choice, region(), builder.getI1Type());
      term = replace(element(mask, builder.getI1Type(), places(), loc), term, orZero({}), loc);
    }
    return add(totals, term, {}, loc);
  }
  if (isNew()) {
    Value term = density(choice, Version::after);
    return add(totals, isGiven(choice, region()) ? term : Value(), term, loc);
  }
  if (isGone()) {
    Value term = arith::NegFOp::create(builder, loc, density(choice, Version::before));
    return add(totals, is(GfiOperation::update) ? term : Value(), term, loc);
  }
  Value before = density(choice, Version::before);
  Value term = arith::SubFOp::create(builder, loc, density(choice, Version::after), before);
  Value weight = term;
  if (is(GfiOperation::regenerate) && overwritten[choice]) {
    // What is drawn again does not count.
    Value condition;
    if (newValue(choice, condition))
      weight = condition ? replace(condition, orZero({}), term, loc) : Value();
  }
  add(totals, weight, term, loc);
}

// Draws.

/// The regions in which values of a choice are drawn, which the function returns.
std::vector<Region> ChangeDeriver::drawnRegions(size_t choice) {
  std::vector<Region> regions;
  if (request.replay || is(GfiOperation::project))
    return regions;
  if (is(GfiOperation::regenerate) && overwritten[choice])
    regions.push_back(*overwritten[choice]);
  const std::vector<gen::MapOp> &plates = choices[choice].plates;
  for (size_t d = 0; d < plates.size(); ++d) {
    Region added(plates.size());
    added[d].kind = Kind::added;
    if (mayGrow(changes->length(plates[d])) && !isGiven(choice, added))
      regions.push_back(added);
  }
  return regions;
}

Value ChangeDeriver::drawnLeaf(size_t choice, const Region &region, size_t depth) {
  gen::SampleOp op = choices[choice].op;
  if (depth == region.size())
    return get(op.getResult(), Version::after);
  gen::MapOp plate = choices[choice].plates[depth];
  bool isFlatLeaf = isFlat(choice, region);
  // Around a ragged plate each iteration puts its row in place.
  bool aroundRows = isFlatLeaf && depth < *raggedDepth(choices[choice].plates);
  Value start = isFlatLeaf && rowOf(plate) ? startOf(plate, region[depth]) : Value();
  Value values = sweep(plate, region[depth], countOf(plate, region[depth], Version::after), [&] {
    Value inside = drawnLeaf(choice, region, depth + 1);
    return aroundRows ? Yield{{inside}, {}} : Yield{{}, {inside}};
  })[0];
  return start ? placed(plate, values, start) : values;
}

/// Where the elements of a level of a row begin in the new leaf.
Value ChangeDeriver::startOf(gen::MapOp plate, Level level) {
  gen::RowOp row = rowOf(plate);
  Value start = get(row.getStart(), Version::after);
  if (level.kind != Kind::added)
    return start;
  return arith::AddIOp::create(builder, plate.getLoc(), start, get(row.getLength(), Version::before));
}

Value ChangeDeriver::placed(gen::MapOp plate, Value rowPart, Value start) {
  auto type = cast<RankedTensorType>(rowPart.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[0] = ShapedType::kDynamic;
  return gen::PlaceOp::create(builder, plate.getLoc(), type.clone(shape), rowPart, start,
                              get(rowOf(plate).getTotal(), Version::after));
}

} // namespace genfuse
