// Lists of elements of plates: which ones a change of a trace names.
#pragma once

#include "runtime/Array.h"
#include <functional>
#include <map>
#include <set>
#include <string>

namespace genfuse {

/// One list per plate, nested as plates are, and shared by the leaves of the plate. Kernels take them as
/// arrays
/// `[list of the outer plate...][list of this one]`; a list that is shorter than another of its plate is
/// filled up with the plate's length.
class ElementLists {
public:
  /// Adds an element of a leaf such as `rows/*/y/*`: one index per star.
  void add(const std::string &leaf, const Shape &indices);

  /// The array of a plate, by a name such as `rows/[]/y/[]`; `length` is its length (the longest of a ragged
  /// plate).
  Array list(const std::string &plate, int64_t length) const;

  /// Sizes of the lists that lead to the elements of a leaf.
  Shape extents(const std::string &leaf) const;

  /// Every element that a leaf's lists name, with where arrays for these lists hold it.
  void forEach(const std::string &leaf,
               const std::function<void(const Shape &position, const Shape &indices)> &body) const;

private:
  std::map<std::string, std::set<Shape>> indices_; ///< by the plate's pattern, such as `rows/*/y/*`
};

/// The leaf's pattern up to its star number `depth`, with `star` in place of stars.
std::string platePattern(const std::string &leaf, size_t depth, const std::string &star = "*");

/// The elements that a leaf gains because its plate number `plate` grows: `rows/*/y/+`.
std::string growthName(const std::string &leaf, size_t plate);

/// How many stars a pattern has.
size_t starCount(const std::string &pattern);

} // namespace genfuse
