#include "codegen/ChangeBuilder.h"
#include "codegen/LeafMemory.h"
#include "runtime/Binding.h"
#include "runtime/Error.h"
#include <algorithm>

namespace genfuse {

namespace {

/// Whether an array has one value per instance, when the model gives it `rank` dimensions.
bool isPerInstance(const Array &array, size_t rank) { return array.rank() > static_cast<int64_t>(rank); }

} // namespace

Shape ChangeBuilder::Leaf::common() const {
  Shape both = before;
  for (size_t d = 0; d < both.size(); ++d)
    both[d] = std::min(before[d], after[d]);
  return both;
}

std::pair<Shape, Shape> ChangeBuilder::Leaf::gained(size_t d) const {
  Shape from(after.size(), 0), to = after;
  for (size_t outer = 0; outer < d; ++outer)
    to[outer] = common()[outer];
  from[d] = before[d];
  return {from, to};
}

ChangeBuilder::ChangeBuilder(const Trace &trace, const ChangeOptions &options)
    : trace(trace), options(options) {
  inputs = trace.inputs_;
  inputs.choices = trace.inputsWithChoices().choices;
  collectArguments();
  collectLeaves();
}

// The trace and its new arguments.

void ChangeBuilder::collectArguments() {
  for (const auto &[name, diff] : options.diffs)
    if (!options.arguments.count(name))
      throw Error("a hint for the argument '" + name + "', of which no new value is given");
  for (const auto &[name, value] : options.arguments) {
    auto old = trace.inputs_.arguments.find(name);
    if (old == trace.inputs_.arguments.end())
      throw Error("unknown argument '" + name + "'");
    auto diff = options.diffs.find(name);
    bool isUnknown = diff == options.diffs.end() || diff->second.isUnknown;
    std::string suffix = isUnknown ? "~" : "";
    if (value.rank() > 0 && old->second.rank() == value.rank() && value.shape()[0] != old->second.shape()[0])
      suffix += value.shape()[0] > old->second.shape()[0] ? "+" : "-";
    else if (!isUnknown && !diff->second.changed.empty())
      suffix = "[]";
    // Elements that may differ and a length that does: nothing finer than "any" is known of the rest.
    if (!isUnknown && !diff->second.changed.empty() && suffix.back() != ']')
      suffix = "~" + suffix;
    if (!suffix.empty())
      changes[name] = suffix;
  }
  for (const auto &[name, suffix] : changes)
    inputs.newArguments[name] = options.arguments.at(name);
}

std::map<std::string, Shape> ChangeBuilder::leafShapes(const Arrays &arguments) const {
  const Signature &single = trace.program_.signature("assess()");
  std::vector<Array> given(single.arrays.size());
  for (size_t i = 0; i < given.size(); ++i) {
    const ArraySpec &spec = single.arrays[i];
    const Arrays &from = spec.role == Role::argument ? arguments : trace.inputs_.parameters;
    auto found = from.find(spec.name);
    if ((spec.role != Role::argument && spec.role != Role::parameter) || found == from.end())
      continue;
    given[i] = found->second;
    if (isPerInstance(given[i], spec.shape.size()) && given[i].shape().back() > 0)
      given[i] = given[i].slice(given[i].rank() - 1, 0).copy();
  }
  Binding binding(single, given, 1);
  std::map<std::string, Shape> shapes;
  for (size_t i = 0; i < given.size(); ++i)
    if (single.arrays[i].role == Role::choice)
      shapes[single.arrays[i].name] = binding.shapeOf(i);
  return shapes;
}

void ChangeBuilder::collectLeaves() {
  bool resizes = std::any_of(changes.begin(), changes.end(), [](const auto &change) {
    return change.second.back() == '+' || change.second.back() == '-';
  });
  std::map<std::string, Shape> newShapes;
  if (resizes) {
    Arrays arguments = trace.inputs_.arguments;
    for (const auto &[name, suffix] : changes)
      arguments[name] = options.arguments.at(name);
    newShapes = leafShapes(arguments);
  }
  for (const ArraySpec &spec : trace.program_.leaves()) {
    Leaf leaf{.spec = spec};
    leaf.old = trace.outcome_.choices.at(spec.name);
    Shape shape = leaf.old.shape();
    shape.resize(spec.shape.size());
    size_t plates = starCount(spec.name);
    leaf.before.assign(shape.begin(), shape.begin() + plates);
    leaf.element.assign(shape.begin() + plates, shape.end());
    leaf.after = leaf.before;
    if (resizes)
      leaf.after.assign(newShapes.at(spec.name).begin(), newShapes.at(spec.name).begin() + plates);
    leaves.push_back(std::move(leaf));
  }
}

ChangeBuilder::Leaf &ChangeBuilder::leafOf(const Pattern &entry) {
  for (Leaf &leaf : leaves)
    if (relate(entry.path(), Pattern::parse(leaf.spec.name).path()) == Relation::same)
      return leaf;
  throw Error("address '" + entry.text() + "': expected an address of the model");
}

// Values.

/// The value in the leaf's type, with one value per instance if it has a dimension more.
Array ChangeBuilder::convert(const ChoiceValue &value, const Leaf &leaf, const Shape &shape,
                             const std::string &address) const {
  Shape expected = shape;
  if (value.kind() == ChoiceValue::Kind::array && isPerInstance(value.array(), shape.size()))
    expected.push_back(trace.instances_);
  return value.as(leaf.spec.type, expected, address);
}

void ChangeBuilder::take(const ChoiceMap &values) {
  std::vector<std::string> known;
  for (const Leaf &leaf : leaves)
    known.push_back(leaf.spec.name);
  values.expectOnly(known);
  for (const auto &[entry, value] : values.entries()) {
    Leaf &leaf = leafOf(entry);
    if (entry.text() == leaf.spec.name)
      takeWhole(leaf, value);
    else
      takeElements(leaf, entry, value);
  }
  for (Leaf &leaf : leaves) {
    joinGained(leaf);
    leaf.isNamed = leaf.isWhole || !leaf.elements.empty();
  }
}

void ChangeBuilder::takeWhole(Leaf &leaf, const ChoiceValue &value) {
  Shape shape = leaf.after;
  shape.insert(shape.end(), leaf.element.begin(), leaf.element.end());
  Array all = convert(value, leaf, shape, leaf.spec.name);
  leaf.isNamed = leaf.isWhole = true;
  leaf.whole = all;
  for (size_t d = 0; d < leaf.before.size(); ++d) {
    leaf.whole = subrange(leaf.whole, d, 0, leaf.common()[d]);
    if (leaf.after[d] <= leaf.before[d])
      continue;
    auto [from, to] = leaf.gained(d);
    Array part = all;
    for (size_t axis = 0; axis < from.size(); ++axis)
      part = subrange(part, axis, from[axis], to[axis]);
    leaf.added[d] = part;
  }
}

/// An entry such as `rows/1/y/*` stands for the elements that it matches.
void ChangeBuilder::takeElements(Leaf &leaf, const Pattern &entry, const ChoiceValue &value) {
  Path pattern = Pattern::parse(leaf.spec.name).path();
  Shape first, extent, shape;
  std::vector<size_t> stars; // plates of which the entry names all elements
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].kind != Component::Kind::star)
      continue;
    int64_t length = leaf.after[first.size()];
    const Component &here = entry.path()[i];
    if (here.kind == Component::Kind::star) {
      stars.push_back(first.size());
      shape.push_back(length);
    } else if (here.index >= length) {
      throw Error("address '" + entry.text() + "': index " + std::to_string(here.index) +
                  " is past the end of '" + pathText({pattern.begin(), pattern.begin() + i + 1}) +
                  "', which has " + std::to_string(length) + " elements");
    }
    first.push_back(here.kind == Component::Kind::star ? 0 : here.index);
    extent.push_back(here.kind == Component::Kind::star ? length : 1);
  }
  shape.insert(shape.end(), leaf.element.begin(), leaf.element.end());
  Array values = convert(value, leaf, shape, entry.text());
  if (elementCount(extent) == 0)
    return;
  Shape step(extent.size(), 0);
  do {
    Shape indices = first, among;
    for (size_t d = 0; d < first.size(); ++d)
      indices[d] += step[d];
    for (size_t d : stars)
      among.push_back(step[d]);
    addElement(leaf, indices, elementOf(values, among));
  } while (nextIndex(extent, step));
}

void ChangeBuilder::addElement(Leaf &leaf, const Shape &indices, const Array &value) {
  for (size_t d = 0; d < indices.size(); ++d)
    if (indices[d] >= leaf.before[d]) {
      leaf.gainedElements[d][indices] = value;
      return;
    }
  leaf.elements[indices] = value;
}

/// Single elements that a leaf gains become one array; all have to be given.
void ChangeBuilder::joinGained(Leaf &leaf) {
  for (const auto &[d, values] : leaf.gainedElements) {
    auto [from, to] = leaf.gained(d);
    Shape shape = to;
    for (size_t axis = 0; axis < shape.size(); ++axis)
      shape[axis] -= from[axis];
    if (static_cast<int64_t>(values.size()) != elementCount(shape))
      throw Error("address '" + leaf.spec.name + "': expected values for all of the " +
                  std::to_string(elementCount(shape)) + " elements that are added, or for none, got " +
                  std::to_string(values.size()));
    shape.insert(shape.end(), leaf.element.begin(), leaf.element.end());
    Array joined = Array::zeros(leaf.spec.type, shape);
    bool perInstance = std::any_of(values.begin(), values.end(), [&](const auto &entry) {
      return isPerInstance(entry.second, leaf.element.size());
    });
    if (perInstance)
      joined = expandedTo(joined, trace.instances_);
    for (const auto &[indices, value] : values) {
      Shape at = indices;
      for (size_t axis = 0; axis < at.size(); ++axis)
        at[axis] -= from[axis];
      assignWhere(elementOf(joined, at), value, {});
    }
    leaf.added[d] = joined;
  }
}

/// Values in place of draws: of what an update adds, or of what is selected.
void ChangeBuilder::takeDraws(const ChoiceMap &draws) {
  ChangeBuilder other(trace, options);
  other.take(draws);
  for (size_t i = 0; i < leaves.size(); ++i) {
    Leaf &leaf = leaves[i], &drawn = other.leaves[i];
    for (const auto &[d, values] : drawn.added)
      if (leaf.added.try_emplace(d, values).second)
        leaf.drawnPlates.insert(d);
    if (!leaf.isNamed)
      continue;
    if (drawn.isWhole)
      leaf.whole = drawn.whole;
    for (const auto &[indices, value] : drawn.elements)
      leaf.elements[indices] = value;
  }
}

// Selections.

void ChangeBuilder::select(const Selection &selection) {
  std::vector<std::string> names;
  for (const Leaf &leaf : leaves)
    names.push_back(leaf.spec.name);
  for (const LeafExtent &extent : selection.leaves(names)) {
    Leaf &leaf = leafNamed(extent.leaf);
    leaf.isNamed = extent.extent != Extent::none;
    leaf.isWhole = extent.extent == Extent::all;
    if (extent.extent != Extent::some)
      continue;
    for (const Shape &indices : selection.elements(extent.leaf, leaf.common()))
      leaf.elements[indices];
    leaf.isNamed = !leaf.elements.empty();
  }
}

ChangeBuilder::Leaf &ChangeBuilder::leafNamed(const std::string &pattern) {
  return *std::find_if(leaves.begin(), leaves.end(),
                       [&](const Leaf &leaf) { return leaf.spec.name == pattern; });
}

} // namespace genfuse
