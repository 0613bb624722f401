// The second half of ChangeBuilder: from what is named to the request, its inputs, and the result.
#include "codegen/ChangeBuilder.h"
#include "codegen/LeafMemory.h"
#include <algorithm>

namespace genfuse {

namespace {

std::string withLevels(const std::string &leaf, const std::string &level) {
  return platePattern(leaf, starCount(leaf), level) + leaf.substr(platePattern(leaf, starCount(leaf)).size());
}

std::string starred(std::string name) {
  for (size_t at; (at = name.find("[]")) != std::string::npos;)
    name.replace(at, 2, "*");
  return name;
}

} // namespace

std::string ChangeBuilder::request(const char *operation) const {
  std::string names, differing;
  auto append = [](std::string &list, const std::string &word) { list += (list.empty() ? "" : ", ") + word; };
  for (const Leaf &leaf : leaves) {
    if (leaf.isNamed)
      append(names, withLevels(leaf.spec.name, leaf.isWhole ? "*" : "[]"));
    for (const auto &[plate, values] : leaf.added)
      if (!leaf.drawnPlates.count(plate))
        append(names, growthName(leaf.spec.name, plate));
  }
  for (const auto &[name, suffix] : changes)
    append(differing, name + suffix);
  return operation + ("(" + names) + (differing.empty() ? "" : "; args: " + differing) +
         (options.draws ? "; replay)" : ")");
}

// Inputs.

void ChangeBuilder::makeLists() {
  for (const Leaf &leaf : leaves) {
    if (!leaf.isWhole)
      for (const auto &[indices, value] : leaf.elements)
        lists.add(leaf.spec.name, indices);
    if (leaf.before.depth() == 0)
      continue;
    // An argument that differs in some elements is read by the outermost plate's index, or within its rows.
    for (const auto &[name, suffix] : changes)
      for (int64_t index : suffix == "[]" ? options.diffs.at(name).changed : std::set<int64_t>()) {
        if (index < std::min(leaf.before.length({}), leaf.after.length({})))
          lists.add(platePattern(leaf.spec.name, 1), {index});
        if (leaf.before.isRagged() && index < leaf.before.rows().total()) {
          int64_t row = leaf.before.rows().rowOf(index);
          lists.add(platePattern(leaf.spec.name, 2), {row, index - leaf.before.rows().start(row)});
        }
      }
  }
}

/// No index of the plate is as large.
int64_t ChangeBuilder::longestOfPlate(const std::string &plate) const {
  std::string pattern = starred(plate);
  for (const Leaf &leaf : leaves)
    if (platePattern(leaf.spec.name, starCount(pattern)) == pattern)
      return leaf.before.longest(starCount(pattern) - 1);
  return 0;
}

/// The leaf with the named elements replaced, as far as it is there before and after.
Array ChangeBuilder::wholeWith(const Leaf &leaf) const {
  if (leaf.isWhole)
    return leaf.whole;
  Array values;
  if (leaf.before.isRagged()) {
    values = keptRows(leaf);
  } else {
    values = leaf.old;
    for (size_t d = 0; d < leaf.before.depth(); ++d)
      values = subrange(values, d, 0, leaf.common()[d]);
    values = values.copy();
  }
  for (const auto &[indices, value] : leaf.elements)
    if (value.rank() > static_cast<int64_t>(leaf.element.size()) &&
        values.rank() == static_cast<int64_t>(leaf.spec.shape.size()))
      values = expandedTo(values, trace.instances_);
  for (const auto &[indices, value] : leaf.elements)
    assignWhere(elementOf(values, leaf.after.at(indices)), value, {});
  return values;
}

/// New values by the lists; a list that names other leaves' elements too has the old values there.
Array ChangeBuilder::listedWith(const Leaf &leaf) const {
  Shape shape = lists.extents(leaf.spec.name);
  shape.insert(shape.end(), leaf.element.begin(), leaf.element.end());
  Array values = Array::zeros(leaf.spec.type, shape);
  bool perInstance = leaf.old.rank() > static_cast<int64_t>(leaf.spec.shape.size()) ||
                     std::any_of(leaf.elements.begin(), leaf.elements.end(), [&](const auto &entry) {
                       return entry.second.rank() > static_cast<int64_t>(leaf.element.size());
                     });
  if (perInstance)
    values = expandedTo(values, trace.instances_);
  lists.forEach(leaf.spec.name, [&](const Shape &position, const Shape &indices) {
    auto given = leaf.elements.find(indices);
    assignWhere(elementOf(values, position),
                given == leaf.elements.end() ? elementOf(leaf.old, leaf.before.at(indices)) : given->second,
                {});
  });
  return values;
}

/// Which elements are selected, of a whole leaf (`y/*`) or of its lists (`y/[]`).
Array ChangeBuilder::maskFor(const std::string &name) {
  const Leaf &leaf = leafNamed(starred(name));
  bool isListed = name != leaf.spec.name;
  Shape whole = leaf.after.isRagged() ? leaf.after.shape() : leaf.common();
  Array mask = Array::zeros(ElementType::boolean, isListed ? lists.extents(leaf.spec.name) : whole);
  Array yes = Array::scalar(true);
  lists.forEach(leaf.spec.name, [&](const Shape &position, const Shape &indices) {
    if (leaf.elements.count(indices))
      elementOf(mask, isListed ? position : leaf.after.at(indices)).assign(yes);
  });
  return mask;
}

Array ChangeBuilder::constraintFor(const std::string &name) {
  for (const Leaf &leaf : leaves) {
    if (name == withLevels(leaf.spec.name, "*"))
      return wholeWith(leaf);
    if (name == withLevels(leaf.spec.name, "[]"))
      return listedWith(leaf);
    for (const auto &[plate, values] : leaf.added)
      if (name == growthName(leaf.spec.name, plate))
        return values;
  }
  return {};
}

void ChangeBuilder::bindInputs(const std::string &text) {
  makeLists();
  for (const ArraySpec &array : trace.program_.signature(text).arrays) {
    if (array.role == Role::constraint) {
      if (Array values = constraintFor(array.name); values.defined())
        inputs.constraints[array.name] = values;
    } else if (array.role == Role::elements) {
      inputs.elements[array.name] = lists.list(array.name, longestOfPlate(array.name));
    } else if (array.role == Role::selected) {
      inputs.selected[array.name] = maskFor(array.name);
    }
  }
}

// Results.

TraceChange ChangeBuilder::update(const ChoiceMap &constraints) {
  take(constraints);
  if (options.draws)
    takeDraws(*options.draws);
  return finish(request("update"), false);
}

TraceChange ChangeBuilder::regenerate(const Selection &selection) {
  select(selection);
  if (options.draws)
    takeDraws(*options.draws);
  return finish(request("regenerate"), true);
}

Array ChangeBuilder::project(const Selection &selection) {
  select(selection);
  std::string text = request("project");
  bindInputs(text);
  RunOptions run;
  run.instances = trace.instances_;
  return trace.program_.run(text, inputs, run).weight;
}

TraceChange ChangeBuilder::finish(const std::string &text, bool isRegenerate) {
  bindInputs(text);
  RunOptions run;
  run.instances = trace.instances_;
  run.seed = options.seed;
  TraceChange change;
  change.version_ = trace.version_;
  change.request_ = text;
  change.newArguments_ = inputs.newArguments;
  change.outcome_ = trace.program_.run(text, inputs, run);
  addMoves(change, isRegenerate);
  addExtensions(change);
  if (!isRegenerate)
    addDiscarded(change);
  return change;
}

void ChangeBuilder::addMoves(TraceChange &change, bool isRegenerate) const {
  const bool fromKernel = isRegenerate && !options.draws;
  for (const Leaf &leaf : leaves)
    if (leaf.before.isRagged() && leaf.before != leaf.after)
      change.moves_.push_back({.leaf = leaf.spec.name,
                               .isWhole = true,
                               .isResized = true,
                               .values = {newRows(leaf, change, isRegenerate)}});
    else if (leaf.isNamed)
      change.moves_.push_back(moveOf(leaf, change.outcome_.choices, fromKernel));
}

/// The new values of what is named, as they are given or as the kernel has drawn them.
TraceChange::Move ChangeBuilder::moveOf(const Leaf &leaf, const Arrays &drawn, bool fromKernel) const {
  TraceChange::Move move{.leaf = leaf.spec.name, .isWhole = leaf.isWhole};
  if (!leaf.isNamed)
    return move;
  if (leaf.isWhole) {
    move.values = {fromKernel ? drawn.at(withLevels(leaf.spec.name, "*")) : leaf.whole};
    return move;
  }
  auto add = [&](const Shape &indices, const Array &value) {
    move.indices.push_back(indices);
    move.places.push_back(leaf.before.at(indices));
    move.values.push_back(value);
  };
  if (!fromKernel) {
    for (const auto &[indices, value] : leaf.elements)
      add(indices, value);
    return move;
  }
  auto whole = drawn.find(withLevels(leaf.spec.name, "*"));
  lists.forEach(leaf.spec.name, [&](const Shape &position, const Shape &indices) {
    if (leaf.elements.count(indices))
      add(indices, whole != drawn.end() ? elementOf(whole->second, leaf.after.at(indices))
                                        : elementOf(drawn.at(withLevels(leaf.spec.name, "[]")), position));
  });
  return move;
}

void ChangeBuilder::addExtensions(TraceChange &change) const {
  for (const Leaf &leaf : leaves) {
    if (leaf.before == leaf.after || leaf.before.isRagged())
      continue;
    const Shape &before = leaf.before.shape(), &after = leaf.after.shape();
    change.newLengths_[leaf.spec.name] = after;
    for (size_t d = 0; d < before.size(); ++d) {
      if (after[d] <= before[d])
        continue;
      auto given = leaf.added.find(d);
      auto [from, to] = leaf.gained(d);
      change.extensions_.push_back({leaf.spec.name, from, to,
                                    given != leaf.added.end()
                                        ? given->second
                                        : change.outcome_.choices.at(growthName(leaf.spec.name, d))});
    }
  }
}

void ChangeBuilder::addDiscarded(TraceChange &change) const {
  for (const Leaf &leaf : leaves) {
    bool isOverwritten = leaf.isNamed && leaf.isWhole, isResized = leaf.before != leaf.after;
    if (leaf.before.isRagged()) {
      if (leaf.isNamed || isResized)
        discardRows(leaf, change);
      continue;
    }
    if (isOverwritten && !isResized) {
      change.discarded_.push_back({leaf.spec.name, {}, leaf.old, {}});
      continue;
    }
    for (const auto &[indices, value] : leaf.elements)
      if (!leaf.isWhole)
        change.discarded_.push_back({leaf.spec.name, indices, elementOf(leaf.old, indices).copy(), {}});
    if (isResized)
      discardGone(leaf, isOverwritten, change);
  }
}

/// The elements of a leaf that are gone, or all of them.
void ChangeBuilder::discardGone(const Leaf &leaf, bool all, TraceChange &change) const {
  const Shape &before = leaf.before.shape(), common = leaf.common();
  if (elementCount(before) == 0 || (!all && common == before))
    return;
  Shape indices(before.size(), 0);
  bool inner = !std::equal(before.begin() + 1, before.end(), common.begin() + 1);
  if (!all && !inner)
    indices[0] = leaf.after.shape()[0];
  do {
    if (all || !leaf.after.contains(indices))
      change.discarded_.push_back({leaf.spec.name, indices, elementOf(leaf.old, indices).copy(), {}});
  } while (nextIndex(before, indices));
}

} // namespace genfuse
