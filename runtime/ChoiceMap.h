// Values of choices by address: constraints, draws, discards.
#pragma once

#include "runtime/Address.h"
#include "runtime/ChoiceValue.h"
#include <functional>
#include <map>
#include <set>

namespace genfuse {

/// A hierarchical map from addresses to values. An entry is one address (`y/3`), or a whole leaf: a pattern
/// such as `image/*/y` with an array whose first dimensions run over the stars. Arrays are shared, not
/// copied.
class __attribute__((visibility("default"))) ChoiceMap {
public:
  using Entries = std::map<Pattern, ChoiceValue>;

  ChoiceMap() = default;
  /// Errors: those of `set`.
  ChoiceMap(std::initializer_list<std::pair<std::string_view, ChoiceValue>> entries);

  /// Adds an entry. Errors, after which the map is unchanged: an address that is none, that is already given
  /// (also by a whole leaf), or that has a value where another entry has a sub-map or the reverse; a whole
  /// leaf whose value has fewer dimensions than stars.
  ChoiceMap &set(std::string_view address, ChoiceValue value);

  /// The value at an address (also an element of a whole leaf), or of a whole leaf as it was set. Errors: an
  /// address without a value, an index past the end of a whole leaf.
  ChoiceValue get(std::string_view address) const;
  bool has(std::string_view address) const;
  bool empty() const { return entries_.empty(); }
  /// Number of entries (a whole leaf counts once).
  size_t size() const { return entries_.size(); }

  /// Entries in the order of their paths, indices by number: `y/2` before `y/10` before `z`.
  const Entries &entries() const { return entries_; }
  /// The names of the leaves, in order, each once: `y/0` and `y/1` give `y/*`.
  std::vector<std::string> leaves() const;

  /// What lies below a prefix, under addresses without it; empty if there is nothing. An index in the prefix
  /// selects from whole leaves. Errors: a value at the prefix.
  ChoiceMap submap(std::string_view prefix) const;
  /// The entries of both. Errors: those of `set`.
  ChoiceMap merge(const ChoiceMap &other) const;

  /// All values of one leaf as an array `[plate lengths..., element shape...]`: the user's own memory where
  /// the whole leaf was set, otherwise assembled from `y/0 ... y/n-1`. Errors, which name the address: a
  /// missing element, an index past the end, a sub-map where a value is expected and the reverse, another
  /// type or shape.
  /// With `offsets` (i64 [rows + 1]) the two outermost plates are ragged rows: one length for both, that of
  /// all rows together, and `rows/1/y/0` is at offsets[1]; an index past the end is one past the end of its
  /// row.
  Array leafArray(std::string_view leaf, ElementType type, const Shape &plateLengths,
                  const Shape &elementShape, const Array &offsets = {}) const;

  /// Errors: an entry whose address belongs to none of these leaves.
  void expectOnly(const std::vector<std::string> &leaves) const;

  friend bool operator==(const ChoiceMap &left, const ChoiceMap &right) {
    return left.entries_ == right.entries_;
  }

private:
  /// An entry that shares an address with the path, contains it, or lies below it; null if there is none.
  const Pattern *findRelated(const Path &path) const;
  ChoiceValue getElement(const Pattern &leaf, const Address &address) const;

  Entries entries_;
  std::set<Pattern> wholeLeaves_; ///< the entries with stars
};

} // namespace genfuse
