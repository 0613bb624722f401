// Part of ChangeBuilder: ragged plates. Where their rows change, every element may lie elsewhere in the new
// leaf, so it is made anew and replaces the old one.
#include "codegen/ChangeBuilder.h"
#include "codegen/LeafMemory.h"
#include "runtime/Error.h"
#include <algorithm>

namespace genfuse {

bool ChangeBuilder::isOffsets(const std::string &argument) const {
  const std::vector<OffsetsCheck> &checks = trace.program_.signature("assess()").offsets;
  return std::any_of(checks.begin(), checks.end(),
                     [&](const OffsetsCheck &check) { return check.argument == argument; });
}

/// Offsets are looked at, whatever a hint says of them: rows that are only added or only gone leave the
/// others alone.
void ChangeBuilder::collectOffsets(const std::string &name, const Array &value) {
  const Array &old = trace.inputs_.arguments.at(name);
  if (value.type() != old.type() || value.rank() != old.rank())
    return void(changes[name] = "~"); // refused where the arguments are bound
  int64_t before = old.shape()[0], after = value.shape()[0], both = std::min(before, after);
  std::string suffix = subrange(value, 0, 0, both) == subrange(old, 0, 0, both) ? "" : "~";
  suffix += after > before ? "+" : after < before ? "-" : "";
  if (!suffix.empty())
    changes[name] = suffix;
}

/// Where rows move, an argument that is the same row by row is another one as a whole.
void ChangeBuilder::settleRaggedData() {
  bool moves = std::any_of(changes.begin(), changes.end(), [&](const auto &change) {
    return isOffsets(change.first) && change.second.front() == '~';
  });
  for (const auto &[name, value] : options.arguments)
    if (moves && !changes.count(name) && value != trace.inputs_.arguments.at(name))
      changes[name] = "~";
}

Array ChangeBuilder::offsetsOf(const ArraySpec &leaf, const Arrays &arguments) const {
  return leaf.offsets.empty() ? Array() : arguments.at(leaf.offsets);
}

void ChangeBuilder::selectRows(Leaf &leaf, const Selection &selection) {
  const Pattern pattern = Pattern::parse(leaf.spec.name);
  Shape longest;
  for (size_t d = 0; d < leaf.before.depth(); ++d)
    longest.push_back(leaf.before.longest(d));
  selection.elements(leaf.spec.name, longest); // refuses indices that no row has
  leaf.after.forEach([&](const Shape &indices) {
    if (leaf.before.contains(indices) && selection.contains(pattern.at(indices)))
      leaf.elements[indices];
  });
}

int64_t ChangeBuilder::gainedCount(const Leaf &leaf, size_t plate) const {
  int64_t count = 0;
  leaf.after.forEach([&](const Shape &indices) { count += leaf.gainedBy(indices) == plate; });
  return count;
}

/// The plates that grow in some element of those around them.
std::set<size_t> ChangeBuilder::grownPlates(const Leaf &leaf) const {
  std::set<size_t> plates;
  leaf.after.forEach([&](const Shape &indices) {
    if (std::optional<size_t> plate = leaf.gainedBy(indices))
      plates.insert(*plate);
  });
  return plates;
}

/// The old values of the elements that are there before and after, in the new leaf.
Array ChangeBuilder::keptRows(const Leaf &leaf) const {
  Shape shape = leaf.arrayShape();
  bool perInstance = leaf.old.rank() > static_cast<int64_t>(leaf.spec.shape.size());
  if (perInstance)
    shape.push_back(trace.instances_);
  Array values = Array::zeros(leaf.spec.type, shape);
  const Offsets &from = leaf.before.rows(), &to = leaf.after.rows();
  for (int64_t i = 0; i < std::min(from.rows(), to.rows()); ++i) {
    int64_t common = std::min(from.length(i), to.length(i));
    Array target = subrange(values, 0, to.start(i), to.start(i) + common);
    Array source = subrange(leaf.old, 0, from.start(i), from.start(i) + common);
    for (size_t d = 1; d < leaf.before.shape().size(); ++d) {
      int64_t both = std::min(leaf.before.shape()[d], leaf.after.shape()[d]);
      target = subrange(target, d, 0, both);
      source = subrange(source, d, 0, both);
    }
    target.assign(source);
  }
  return values;
}

/// The new leaf: what is kept, what is given or drawn again, and what it gains.
Array ChangeBuilder::newRows(const Leaf &leaf, const TraceChange &change, bool isRegenerate) const {
  const Arrays &drawn = change.outcome_.choices;
  TraceChange::Move move = moveOf(leaf, drawn, isRegenerate && !options.draws);
  Array values = keptRows(leaf);
  auto isWider = [&](const Array &array, size_t rank) { return array.rank() > static_cast<int64_t>(rank); };
  auto take = [&](const Shape &indices, const Array &value) {
    if (isWider(value, leaf.element.size()) && !isWider(values, leaf.spec.shape.size()))
      values = expandedTo(values, trace.instances_);
    assignWhere(elementOf(values, leaf.after.at(indices)), value, {});
  };
  std::map<size_t, Array> gained = leaf.added;
  for (size_t plate : grownPlates(leaf))
    if (!gained.count(plate))
      gained[plate] = drawn.at(growthName(leaf.spec.name, plate));
  leaf.after.forEach([&](const Shape &indices) {
    if (std::optional<size_t> plate = leaf.gainedBy(indices))
      take(indices, elementOf(gained.at(*plate), leaf.after.at(indices)));
    else if (leaf.isNamed && leaf.isWhole)
      take(indices, elementOf(move.values[0], leaf.after.at(indices)));
  });
  for (size_t i = 0; i < move.indices.size(); ++i)
    take(move.indices[i], move.values[i]);
  return values;
}

void ChangeBuilder::discardRows(const Leaf &leaf, TraceChange &change) const {
  if (leaf.before == leaf.after && leaf.isWhole) {
    change.discarded_.push_back(
        {leaf.spec.name, {}, leaf.old, trace.inputs_.arguments.at(leaf.spec.offsets)});
    return;
  }
  auto discard = [&](const Shape &indices) {
    change.discarded_.push_back(
        {leaf.spec.name, indices, elementOf(leaf.old, leaf.before.at(indices)).copy(), {}});
  };
  if (leaf.before == leaf.after) {
    for (const auto &[indices, value] : leaf.elements)
      discard(indices);
    return;
  }
  leaf.before.forEach([&](const Shape &indices) {
    bool isOverwritten = leaf.isNamed && (leaf.isWhole || leaf.elements.count(indices));
    if (isOverwritten || !leaf.after.contains(indices))
      discard(indices);
  });
}

} // namespace genfuse
