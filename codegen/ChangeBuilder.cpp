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

Shape ChangeBuilder::Leaf::arrayShape() const {
  Shape shape = after.shape();
  shape.insert(shape.end(), element.begin(), element.end());
  return shape;
}

Shape ChangeBuilder::Leaf::common() const {
  Shape both = before.shape();
  for (size_t d = 0; d < both.size(); ++d)
    both[d] = std::min(both[d], after.shape()[d]);
  return both;
}

std::pair<Shape, Shape> ChangeBuilder::Leaf::gained(size_t d) const {
  Shape to = after.shape(), from(to.size(), 0);
  for (size_t outer = 0; outer < d; ++outer)
    to[outer] = common()[outer];
  from[d] = before.shape()[d];
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
    if (isOffsets(name)) {
      collectOffsets(name, value);
      continue;
    }
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
  settleRaggedData();
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
  bool resizes = std::any_of(changes.begin(), changes.end(), [&](const auto &change) {
    return change.second.back() == '+' || change.second.back() == '-' || isOffsets(change.first);
  });
  std::map<std::string, Shape> newShapes;
  Arrays arguments = trace.inputs_.arguments;
  if (resizes) {
    for (const auto &[name, suffix] : changes)
      arguments[name] = options.arguments.at(name);
    newShapes = leafShapes(arguments);
  }
  for (const ArraySpec &spec : trace.program_.leaves()) {
    Leaf leaf{.spec = spec};
    leaf.old = trace.outcome_.choices.at(spec.name);
    Shape shape = leaf.old.shape();
    shape.resize(spec.shape.size());
    size_t plates = starCount(spec.name) - !spec.offsets.empty();
    leaf.element.assign(shape.begin() + plates, shape.end());
    shape.resize(plates);
    leaf.before = PlateLayout(shape, offsetsOf(spec, trace.inputs_.arguments));
    leaf.after = leaf.before;
    if (resizes) {
      const Shape &newShape = newShapes.at(spec.name);
      leaf.after = PlateLayout({newShape.begin(), newShape.begin() + plates}, offsetsOf(spec, arguments));
    }
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
  const Array &offsets = value.offsets();
  if (offsets.defined() && (!leaf.after.isRagged() || Offsets(offsets) != leaf.after.rows()))
    throw Error("address '" + leaf.spec.name +
                "': expected values with the offsets of the arguments, got others");
  Array all = convert(value, leaf, leaf.arrayShape(), leaf.spec.name);
  leaf.isNamed = leaf.isWhole = true;
  leaf.whole = all;
  if (leaf.after.isRagged()) {
    for (size_t plate : grownPlates(leaf))
      leaf.added[plate] = all;
    return;
  }
  for (size_t d = 0; d < leaf.before.depth(); ++d) {
    leaf.whole = subrange(leaf.whole, d, 0, leaf.common()[d]);
    if (leaf.after.shape()[d] <= leaf.before.shape()[d])
      continue;
    auto [from, to] = leaf.gained(d);
    Array part = all;
    for (size_t axis = 0; axis < from.size(); ++axis)
      part = subrange(part, axis, from[axis], to[axis]);
    leaf.added[d] = part;
  }
}

void ChangeBuilder::expectLength(const Leaf &leaf, const Pattern &entry, const Shape &indices) const {
  std::optional<size_t> plate = leaf.after.firstOutside(indices);
  if (!plate)
    return;
  Shape outer(indices.begin(), indices.begin() + *plate);
  Path path = Pattern::parse(leaf.spec.name).path();
  size_t next = 0, end = 0;
  for (; next <= *plate; ++end)
    if (path[end].kind == Component::Kind::star) {
      if (next < *plate && leaf.after.isRagged()) // which row it is matters
        path[end] = Component{Component::Kind::index, indices[next], ""};
      ++next;
    }
  throw Error("address '" + entry.text() + "': index " + std::to_string(indices[*plate]) +
              " is past the end of '" + pathText({path.begin(), path.begin() + end}) + "', which has " +
              std::to_string(leaf.after.length(outer)) + " elements");
}

/// An entry such as `rows/1/y/*` stands for the elements that it matches.
void ChangeBuilder::takeElements(Leaf &leaf, const Pattern &entry, const ChoiceValue &value) {
  const Path pattern = Pattern::parse(leaf.spec.name).path();
  std::vector<const Component *> given; // of each plate
  for (size_t i = 0; i < pattern.size(); ++i)
    if (pattern[i].kind == Component::Kind::star)
      given.push_back(&entry.path()[i]);
  auto isStar = [&](size_t d) { return given[d]->kind == Component::Kind::star; };
  // The rows of a ragged plate lie one after the other in the value too.
  const bool isFlat = leaf.after.isRagged() && isStar(0) && isStar(1);
  std::vector<std::pair<Shape, Shape>> elements; // indices, and where the value holds them
  std::function<void(const Shape &, const Shape &)> visit = [&](const Shape &indices, const Shape &among) {
    if (indices.size() == given.size()) {
      elements.push_back({indices, among});
      return;
    }
    const size_t d = indices.size();
    const int64_t length = leaf.after.length(indices), first = isStar(d) ? 0 : given[d]->index;
    for (int64_t k = first; k < (isStar(d) ? length : first + 1); ++k) {
      Shape deeper = indices, here = among;
      deeper.push_back(k);
      expectLength(leaf, entry, deeper);
      if (isFlat && d == 1)
        here = {leaf.after.rows().start(indices[0]) + k};
      else if (isStar(d))
        here.push_back(k);
      visit(deeper, here);
    }
  };
  visit({}, {});
  Shape shape, outer;
  for (size_t d = 0; d < given.size(); ++d) {
    if (isFlat && d == 1)
      shape = {leaf.after.rows().total()};
    else if (isStar(d))
      shape.push_back(leaf.after.length(outer));
    outer.push_back(isStar(d) ? 0 : given[d]->index);
  }
  shape.insert(shape.end(), leaf.element.begin(), leaf.element.end());
  const Array values = convert(value, leaf, shape, entry.text());
  for (const auto &[indices, among] : elements)
    addElement(leaf, indices, elementOf(values, among));
}

void ChangeBuilder::addElement(Leaf &leaf, const Shape &indices, const Array &value) {
  if (std::optional<size_t> plate = leaf.gainedBy(indices))
    leaf.gainedElements[*plate][indices] = value;
  else
    leaf.elements[indices] = value;
}

/// Single elements that a leaf gains become one array; all have to be given.
void ChangeBuilder::joinGained(Leaf &leaf) {
  for (const auto &[d, values] : leaf.gainedElements) {
    const bool isRagged = leaf.after.isRagged();
    auto [from, to] = isRagged ? std::pair(Shape(), leaf.after.shape()) : leaf.gained(d);
    Shape shape = to;
    for (size_t axis = 0; axis < from.size(); ++axis)
      shape[axis] -= from[axis];
    const int64_t expected = isRagged ? gainedCount(leaf, d) : elementCount(shape);
    if (static_cast<int64_t>(values.size()) != expected)
      throw Error("address '" + leaf.spec.name + "': expected values for all of the " +
                  std::to_string(expected) + " elements that are added, or for none, got " +
                  std::to_string(values.size()));
    shape.insert(shape.end(), leaf.element.begin(), leaf.element.end());
    Array joined = Array::zeros(leaf.spec.type, shape);
    bool perInstance = std::any_of(values.begin(), values.end(), [&](const auto &entry) {
      return isPerInstance(entry.second, leaf.element.size());
    });
    if (perInstance)
      joined = expandedTo(joined, trace.instances_);
    for (const auto &[indices, value] : values) {
      Shape at = leaf.after.at(indices);
      for (size_t axis = 0; axis < from.size(); ++axis)
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
    if (leaf.after.isRagged())
      selectRows(leaf, selection);
    else
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
