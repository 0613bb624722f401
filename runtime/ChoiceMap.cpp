#include "runtime/ChoiceMap.h"
#include "runtime/Error.h"
#include "runtime/Offsets.h"
#include <algorithm>

namespace genfuse {
namespace {

bool startsWith(const Path &path, const Path &prefix) {
  return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

/// The components before the first star.
Path fixedPart(const Path &path) {
  auto star = std::find_if(path.begin(), path.end(), [](const Component &component) {
    return component.kind == Component::Kind::star;
  });
  return {path.begin(), star};
}

std::string quoted(const std::string &text) { return "'" + text + "'"; }

[[noreturn]] void failRelated(const Path &added, const Pattern &present) {
  const std::string prefix = "address " + quoted(pathText(added)) + ": ";
  switch (relate(added, present.path())) {
  case Relation::inside:
    throw Error(prefix + "expected a sub-map at " + quoted(present.text()) + ", which has a value");
  case Relation::around:
    throw Error(prefix + "expected no value here, because " + quoted(present.text()) + " makes it a sub-map");
  default:
    throw Error(prefix + "expected one value, got a second one" +
                (added == present.path() ? "" : ", after " + quoted(present.text())));
  }
}

void checkWholeLeaf(const Pattern &leaf, const ChoiceValue &value) {
  const bool ragged = value.offsets().defined();
  if (ragged && leaf.stars() < 2)
    throw Error("address " + quoted(leaf.text()) +
                ": expected the name of a ragged plate's leaf, with two "
                "indices or more");
  if (value.array().rank() < static_cast<int64_t>(leaf.stars()) - ragged)
    throw Error("address " + quoted(leaf.text()) + ": expected an array of rank " +
                std::to_string(leaf.stars()) + " or more, got " + value.describe());
}

ChoiceValue likewise(const ChoiceValue &original, Array array) {
  ChoiceValue value = array.defined() ? ChoiceValue(std::move(array)) : original;
  return original.isLiteral() ? value.literal() : value;
}

/// The value below a prefix that meets the entry's path; nothing if an index is past the end.
std::optional<ChoiceValue> selectBelow(const Path &entry, const ChoiceValue &value, const Path &prefix) {
  Array array = value.array();
  int64_t axis = 0;
  bool wholeRows = value.offsets().defined();
  for (size_t i = 0; i < prefix.size(); ++i) {
    if (entry[i].kind != Component::Kind::star)
      continue;
    if (wholeRows && axis == 0 && prefix[i].kind != Component::Kind::star) {
      const Offsets offsets(value.offsets());
      if (prefix[i].index >= offsets.rows())
        return std::nullopt;
      array = rowOf(array, offsets, prefix[i].index);
      wholeRows = false;
      continue;
    }
    if (wholeRows && axis == 1 && prefix[i].kind != Component::Kind::star)
      throw Error("address " + quoted(pathText(prefix)) + ": expected all elements of ragged rows, or a row");
    if (prefix[i].kind == Component::Kind::star)
      ++axis;
    else if (prefix[i].index >= array.shape()[axis])
      return std::nullopt;
    else
      array = array.slice(axis, prefix[i].index);
  }
  return likewise(value, wholeRows ? Array() : array);
}

} // namespace

ChoiceMap::ChoiceMap(std::initializer_list<std::pair<std::string_view, ChoiceValue>> entries) {
  for (const auto &[address, value] : entries)
    set(address, value);
}

const Pattern *ChoiceMap::findRelated(const Path &path) const {
  const Path fixed = fixedPart(path);
  for (size_t length = 1; length < fixed.size(); ++length)
    if (auto found = entries_.find(Pattern(Path(fixed.begin(), fixed.begin() + length)));
        found != entries_.end())
      return &found->first;
  for (auto it = entries_.lower_bound(Pattern(fixed)); it != entries_.end(); ++it) {
    if (!startsWith(it->first.path(), fixed))
      break;
    if (relate(path, it->first.path()) != Relation::apart)
      return &it->first;
  }
  for (const Pattern &leaf : wholeLeaves_)
    if (relate(path, leaf.path()) != Relation::apart)
      return &leaf;
  return nullptr;
}

ChoiceMap &ChoiceMap::set(std::string_view address, ChoiceValue value) {
  Pattern pattern = Pattern::parse(address);
  if (const Pattern *present = findRelated(pattern.path()))
    failRelated(pattern.path(), *present);
  checkWholeLeaf(pattern, value);
  if (pattern.stars() > 0)
    wholeLeaves_.insert(pattern);
  entries_.emplace(std::move(pattern), std::move(value));
  return *this;
}

ChoiceValue ChoiceMap::getElement(const Pattern &leaf, const Address &address) const {
  const ChoiceValue &value = entries_.at(leaf);
  Array array = value.array();
  std::vector<int64_t> indices = leaf.match(address).value();
  if (value.offsets().defined()) {
    const Offsets offsets(value.offsets());
    if (indices[0] >= offsets.rows())
      throw Error("address " + quoted(address.text()) + ": index " + std::to_string(indices[0]) +
                  " is past the end of " + quoted(leaf.text()) + ", which has " +
                  std::to_string(offsets.rows()) + " rows");
    array = rowOf(array, offsets, indices[0]);
    indices.erase(indices.begin());
  }
  for (int64_t index : indices) {
    if (index >= array.shape()[0])
      throw Error("address " + quoted(address.text()) + ": index " + std::to_string(index) +
                  " is past the end of " + quoted(leaf.text()) + ", which has " +
                  std::to_string(array.shape()[0]) + " elements");
    array = array.slice(0, index);
  }
  return likewise(value, array);
}

ChoiceValue ChoiceMap::get(std::string_view address) const {
  const Pattern pattern = Pattern::parse(address);
  if (auto found = entries_.find(pattern); found != entries_.end())
    return found->second;
  if (pattern.stars() == 0)
    for (const Pattern &leaf : wholeLeaves_)
      if (relate(leaf.path(), pattern.path()) == Relation::same)
        return getElement(leaf, pattern.at({}));
  throw Error("address " + quoted(std::string(address)) + ": expected a value, got none");
}

bool ChoiceMap::has(std::string_view address) const {
  const Pattern pattern = Pattern::parse(address);
  if (entries_.count(pattern))
    return true;
  return pattern.stars() == 0 &&
         std::any_of(wholeLeaves_.begin(), wholeLeaves_.end(), [&](const Pattern &leaf) {
           return relate(leaf.path(), pattern.path()) == Relation::same &&
                  selectBelow(leaf.path(), entries_.at(leaf), pattern.path());
         });
}

std::vector<std::string> ChoiceMap::leaves() const {
  std::set<Pattern> erased;
  for (const auto &[pattern, value] : entries_)
    erased.insert(pattern.erased());
  std::vector<std::string> names;
  for (const Pattern &pattern : erased)
    names.push_back(pattern.text());
  return names;
}

ChoiceMap ChoiceMap::submap(std::string_view prefix) const {
  const Path path = Pattern::parse(prefix).path();
  ChoiceMap result;
  for (const auto &[pattern, value] : entries_) {
    const Relation relation = relate(path, pattern.path());
    if (relation == Relation::same || relation == Relation::inside)
      throw Error("address " + quoted(std::string(prefix)) + ": expected a sub-map, got a value at " +
                  quoted(pattern.text()));
    if (relation != Relation::around)
      continue;
    if (auto below = selectBelow(pattern.path(), value, path))
      result.set(pathText({pattern.path().begin() + path.size(), pattern.path().end()}), *below);
  }
  return result;
}

ChoiceMap ChoiceMap::merge(const ChoiceMap &other) const {
  ChoiceMap result = *this;
  for (const auto &[pattern, value] : other.entries_)
    result.set(pattern.text(), value);
  return result;
}

} // namespace genfuse
