// The second half of ChangeBuilder: from what is named to the request, its inputs, and the result.
#include "codegen/ChangeBuilder.h"
#include "codegen/LeafMemory.h"
#include <algorithm>

namespace genfuse {

namespace {

std::string withLevels(const std::string &leaf, const std::string &level) {
  return platePattern(leaf, starCount(leaf), level) + leaf.substr(platePattern(leaf, starCount(leaf)).size());
}

/// `rows/*/y/+` for plate 1 of `rows/*/y/*`.
std::string withGrowth(const std::string &leaf, size_t plate) {
  std::string before = platePattern(leaf, plate), here = platePattern(leaf, plate + 1);
  return before + here.substr(before.size(), here.size() - before.size() - 1) + "+" +
         leaf.substr(here.size());
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
        append(names, withGrowth(leaf.spec.name, plate));
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
    // An argument that differs in some elements is read by the outermost plate's index.
    for (const auto &[name, suffix] : changes)
      if (suffix == "[]" && !leaf.before.empty())
        for (int64_t index : options.diffs.at(name).changed)
          if (index < leaf.common()[0])
            lists.add(platePattern(leaf.spec.name, 1), {index});
  }
}

Shape ChangeBuilder::lengthsOfPlate(const std::string &plate) const {
  std::string pattern = starred(plate);
  for (const Leaf &leaf : leaves)
    if (platePattern(leaf.spec.name, starCount(pattern)) == pattern)
      return Shape(leaf.before.begin(), leaf.before.begin() + starCount(pattern));
  return {};
}

/// The leaf with the named elements replaced, as far as it is there before and after.
Array ChangeBuilder::wholeWith(const Leaf &leaf) const {
  if (leaf.isWhole)
    return leaf.whole;
  Array values = leaf.old;
  for (size_t d = 0; d < leaf.before.size(); ++d)
    values = subrange(values, d, 0, leaf.common()[d]);
  values = values.copy();
  for (const auto &[indices, value] : leaf.elements)
    if (value.rank() > static_cast<int64_t>(leaf.element.size()) &&
        values.rank() == static_cast<int64_t>(leaf.spec.shape.size()))
      values = expandedTo(values, trace.instances_);
  for (const auto &[indices, value] : leaf.elements)
    assignWhere(elementOf(values, indices), value, {});
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
                given == leaf.elements.end() ? elementOf(leaf.old, indices) : given->second, {});
  });
  return values;
}

/// Which elements are selected, of a whole leaf (`y/*`) or of its lists (`y/[]`).
Array ChangeBuilder::maskFor(const std::string &name) {
  const Leaf &leaf = leafNamed(starred(name));
  bool isListed = name != leaf.spec.name;
  Array mask = Array::zeros(ElementType::boolean, isListed ? lists.extents(leaf.spec.name) : leaf.common());
  Array yes = Array::scalar(true);
  lists.forEach(leaf.spec.name, [&](const Shape &position, const Shape &indices) {
    if (leaf.elements.count(indices))
      elementOf(mask, isListed ? position : indices).assign(yes);
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
      if (name == withGrowth(leaf.spec.name, plate))
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
      inputs.elements[array.name] = lists.list(array.name, lengthsOfPlate(array.name));
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
  for (const Leaf &leaf : leaves) {
    if (!leaf.isNamed)
      continue;
    TraceChange::Move move{.leaf = leaf.spec.name, .isWhole = leaf.isWhole};
    const Arrays &drawn = change.outcome_.choices;
    bool fromKernel = isRegenerate && !options.draws;
    if (leaf.isWhole) {
      move.values = {fromKernel ? drawn.at(withLevels(leaf.spec.name, "*")) : leaf.whole};
    } else if (fromKernel) {
      auto whole = drawn.find(withLevels(leaf.spec.name, "*"));
      auto at = [&](const Shape &position, const Shape &indices) {
        if (!leaf.elements.count(indices))
          return;
        move.indices.push_back(indices);
        move.values.push_back(whole != drawn.end()
                                  ? elementOf(whole->second, indices)
                                  : elementOf(drawn.at(withLevels(leaf.spec.name, "[]")), position));
      };
      lists.forEach(leaf.spec.name, at);
    } else {
      for (const auto &[indices, value] : leaf.elements) {
        move.indices.push_back(indices);
        move.values.push_back(value);
      }
    }
    change.moves_.push_back(std::move(move));
  }
}

void ChangeBuilder::addExtensions(TraceChange &change) const {
  for (const Leaf &leaf : leaves) {
    if (leaf.before == leaf.after)
      continue;
    change.newLengths_[leaf.spec.name] = leaf.after;
    for (size_t d = 0; d < leaf.before.size(); ++d) {
      if (leaf.after[d] <= leaf.before[d])
        continue;
      auto given = leaf.added.find(d);
      auto [from, to] = leaf.gained(d);
      change.extensions_.push_back({leaf.spec.name, from, to,
                                    given != leaf.added.end()
                                        ? given->second
                                        : change.outcome_.choices.at(withGrowth(leaf.spec.name, d))});
    }
  }
}

void ChangeBuilder::addDiscarded(TraceChange &change) const {
  for (const TraceChange::Move &move : change.moves_) {
    const Leaf &leaf =
        *std::find_if(leaves.begin(), leaves.end(), [&](const Leaf &l) { return l.spec.name == move.leaf; });
    if (move.isWhole && leaf.before == leaf.after) {
      change.discarded_.push_back({move.leaf, {}, leaf.old});
      continue;
    }
    for (const Shape &indices : move.indices)
      change.discarded_.push_back({move.leaf, indices, elementOf(leaf.old, indices).copy()});
  }
  for (const Leaf &leaf : leaves) {
    bool overwritten = leaf.isNamed && leaf.isWhole;
    if (leaf.before == leaf.after || elementCount(leaf.before) == 0 ||
        (!overwritten && leaf.common() == leaf.before))
      continue;
    Shape indices(leaf.before.size(), 0);
    bool inner = !std::equal(leaf.before.begin() + 1, leaf.before.end(), leaf.common().begin() + 1);
    if (!overwritten && !inner)
      indices[0] = leaf.after[0];
    do {
      bool stays = true;
      for (size_t d = 0; d < indices.size(); ++d)
        stays = stays && indices[d] < leaf.after[d];
      if (!stays || overwritten)
        change.discarded_.push_back({leaf.spec.name, indices, elementOf(leaf.old, indices).copy()});
    } while (nextIndex(leaf.before, indices));
  }
}

} // namespace genfuse
