// From a choice map to the array of one leaf, and the check for unknown addresses.
#include "runtime/ChoiceMap.h"
#include "runtime/Error.h"
#include "runtime/Offsets.h"
#include <algorithm>

namespace genfuse {
namespace {

bool isStar(const Component &component) { return component.kind == Component::Kind::star; }

/// Fills the array of a leaf entry by entry and remembers which elements are there.
class LeafAssembly {
public:
  LeafAssembly(Pattern leaf, ElementType type, const Shape &plates, const Shape &element,
               std::optional<Offsets> offsets)
      : leaf_(std::move(leaf)), plates_(plates), offsets_(std::move(offsets)),
        values_(Array::zeros(type, join(plates, element))),
        present_(Array::zeros(ElementType::boolean, plates)) {}

  /// Takes the value of an entry whose path is `same` as the leaf's.
  void add(const Pattern &entry, const ChoiceValue &value) {
    const Array target = selectPlates(values_, entry);
    target.assign(value.as(values_.type(), target.shape(), entry.text()));
    const Array flags = selectPlates(present_, entry);
    bool yes = true;
    flags.assign(Array::view(&yes, ElementType::boolean, flags.shape(), Shape(flags.rank(), 0)));
  }

  Array finish() const {
    const bool *flags = present_.values<bool>();
    const int64_t count = present_.elementCount();
    const int64_t missing = std::find(flags, flags + count, false) - flags;
    if (missing == count)
      return values_;
    throw Error("address '" + leaf_.at(unravel(missing)).text() + "': expected a value, got none" +
                lengths());
  }

private:
  static Shape join(Shape first, const Shape &second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
  }

  Array selectPlates(Array array, const Pattern &entry) const {
    int64_t axis = 0;
    bool wholeRows = offsets_.has_value();
    for (size_t i = 0; i < leaf_.path().size(); ++i) {
      if (!isStar(leaf_.path()[i]))
        continue;
      const Component &given = entry.path()[i];
      if (wholeRows) {
        array = row(array, entry, i);
        wholeRows = false;
        continue;
      }
      if (isStar(given))
        ++axis;
      else if (given.index < array.shape()[axis])
        array = array.slice(axis, given.index);
      else
        throw Error("address '" + entry.text() + "': index " + std::to_string(given.index) +
                    " is past the end of '" + pathText({leaf_.path().begin(), leaf_.path().begin() + i + 1}) +
                    "', which has " + std::to_string(array.shape()[axis]) + " elements");
    }
    return array;
  }

  /// The row that an entry is about.
  Array row(const Array &array, const Pattern &entry, size_t component) const {
    const Component &given = entry.path()[component];
    if (isStar(given))
      throw Error("address '" + entry.text() + "': expected a row by its number, or the whole leaf '" +
                  leaf_.text() + "' as ragged values");
    if (given.index >= offsets_->rows())
      throw Error("address '" + entry.text() + "': index " + std::to_string(given.index) +
                  " is past the end of '" +
                  pathText({leaf_.path().begin(), leaf_.path().begin() + component + 1}) + "', which has " +
                  std::to_string(offsets_->rows()) + " elements");
    return rowOf(array, *offsets_, given.index);
  }

  Shape unravel(int64_t position) const {
    Shape index(plates_.size());
    for (size_t i = plates_.size(); i-- > 0; position /= plates_[i])
      index[i] = position % plates_[i];
    if (offsets_) {
      const int64_t row = offsets_->rowOf(index[0]);
      index[0] -= offsets_->start(row);
      index.insert(index.begin(), row);
    }
    return index;
  }

  std::string lengths() const {
    if (offsets_)
      return " ('" + leaf_.text() + "' has " + std::to_string(offsets_->rows()) + " rows with " +
             std::to_string(offsets_->total()) + " elements)";
    return plates_.empty() ? "" : " ('" + leaf_.text() + "' has " + shapeText(plates_) + " elements)";
  }

  Pattern leaf_;
  Shape plates_;
  std::optional<Offsets> offsets_;
  Array values_, present_;
};

[[noreturn]] void failDepth(const Pattern &entry, const Pattern &leaf, Relation relation) {
  if (relation == Relation::inside) {
    const Path value(entry.path().begin(), entry.path().begin() + leaf.path().size());
    throw Error("address '" + entry.text() + "': expected a value at '" + pathText(value) +
                "', got a sub-map");
  }
  throw Error("address '" + entry.text() + "': expected a sub-map with '" + leaf.text() + "', got a value");
}

} // namespace

Array ChoiceMap::leafArray(std::string_view leafName, ElementType type, const Shape &plateLengths,
                           const Shape &elementShape, const Array &offsets) const {
  const Pattern leaf = Pattern::parse(leafName);
  const size_t lengths = leaf.stars() - offsets.defined();
  if (lengths != plateLengths.size())
    throw Error("address '" + leaf.text() + "': expected " + std::to_string(lengths) +
                " plate lengths, got " + std::to_string(plateLengths.size()));
  if (auto whole = entries_.find(leaf); whole != entries_.end()) {
    Shape shape = plateLengths;
    shape.insert(shape.end(), elementShape.begin(), elementShape.end());
    const Array &own = whole->second.offsets();
    if (own.defined() && (!offsets.defined() || own != offsets))
      throw Error("address '" + leaf.text() +
                  "': expected values with the offsets of the arguments, got others");
    return whole->second.as(type, shape, leafName);
  }
  std::optional<Offsets> rows;
  if (offsets.defined())
    rows.emplace(offsets);
  LeafAssembly assembly(leaf, type, plateLengths, elementShape, std::move(rows));
  for (const auto &[entry, value] : entries_) {
    const Relation relation = relate(entry.path(), leaf.path());
    if (relation == Relation::same)
      assembly.add(entry, value);
    else if (relation != Relation::apart)
      failDepth(entry, leaf, relation);
  }
  return assembly.finish();
}

void ChoiceMap::expectOnly(const std::vector<std::string> &leafNames) const {
  std::vector<Pattern> leaves;
  std::string all;
  for (const std::string &name : leafNames) {
    leaves.push_back(Pattern::parse(name));
    all += (all.empty() ? "'" : ", '") + name + "'";
  }
  for (const auto &[entry, value] : entries_) {
    auto known = std::find_if(leaves.begin(), leaves.end(), [&](const Pattern &leaf) {
      return relate(entry.path(), leaf.path()) != Relation::apart;
    });
    if (known == leaves.end())
      throw Error("address '" + entry.text() + "': expected an address of " +
                  (all.empty() ? "no leaf" : all) + ", got an unknown one");
    if (const Relation relation = relate(entry.path(), known->path()); relation != Relation::same)
      failDepth(entry, *known, relation);
  }
}

} // namespace genfuse
