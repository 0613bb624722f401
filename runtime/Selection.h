// Selections: sets of addresses, as regenerate and project take them. One grammar in C++ and on the command
// line, from loosest to tightest:
//
//   selection    = intersection {'|' intersection}       in one of them
//   intersection = factor {'&' factor}                   in all of them
//   factor       = '~' factor | '(' selection ')' | 'all' | 'none' | path
//   path         = component {'/' component}             `*` stands for every index
//
// A path selects the choice there and everything below it: `rows` all rows, `rows/*/m` the m of each row,
// `rows/1` all choices of row 1, `y/3` one choice. A path may stand in double quotes, and must if it is the
// word `all` or `none` or has one of ( ) & in it.
#pragma once

#include "runtime/Address.h"
#include "runtime/Shape.h"
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace genfuse {

/// How much of a leaf is selected.
enum class Extent { none, some, all };

/// `none`, `some` or `all`.
__attribute__((visibility("default"))) const char *extentName(Extent extent);

/// A leaf of a model with how much of it a selection holds, whatever the lengths of its plates. `some` needs
/// `Selection::elements` once they are known.
struct LeafExtent {
  std::string leaf;
  Extent extent = Extent::none;
  friend bool operator==(const LeafExtent &, const LeafExtent &) = default;
};

/// An immutable set of addresses, cheap to copy. A default-constructed one is empty.
class __attribute__((visibility("default"))) Selection {
public:
  Selection() : Selection(none()) {}
  static Selection all();
  static Selection none();
  /// The choice at a path such as `a/b` or `rows/*/m`, and everything below it. Errors: those of
  /// `Pattern::parse`.
  static Selection at(std::string_view path);
  static Selection at(const Address &address);

  /// Reads the grammar above. Errors: text that it does not have, with the column; more than 200 nested
  /// parentheses and complements.
  static Selection parse(std::string_view text);
  /// The selection in the grammar, with as few parentheses as it needs; `parse(text())` is equal.
  std::string text() const;

  Selection operator~() const;
  Selection operator|(const Selection &other) const;
  Selection operator&(const Selection &other) const;

  /// Whether the choice at this address is selected.
  bool contains(const Address &address) const;
  bool contains(std::string_view address) const { return contains(Address::parse(address)); }

  /// How much of each leaf is selected, in the order given. Errors: a path of the selection at which no leaf
  /// has a choice, with the nearest known one.
  std::vector<LeafExtent> leaves(const std::vector<std::string> &leafNames) const;
  Extent extentOf(std::string_view leaf) const;

  /// The selected elements of one leaf: an index for each star, in ascending order. The work grows with what
  /// is selected (and with the constant indices of the paths), not with the plates. Errors: another number of
  /// lengths than stars; an index of a path past the end of its plate.
  std::vector<std::vector<int64_t>> elements(std::string_view leaf, const Shape &plateLengths) const;

  /// Same text.
  friend bool operator==(const Selection &left, const Selection &right) {
    return left.text() == right.text();
  }

  struct Node;

private:
  explicit Selection(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

} // namespace genfuse
