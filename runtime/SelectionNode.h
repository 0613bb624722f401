// The expression behind a selection; for Selection.cpp and SelectionText.cpp alone.
#pragma once

#include "runtime/Selection.h"

namespace genfuse {

struct Selection::Node {
  /// From the loosest operator to the tightest, then what needs no parentheses.
  enum class Kind { set_union, intersection, complement, path, all, none };
  Kind kind = Kind::none;
  Pattern path;                                      ///< of a path
  std::vector<std::shared_ptr<const Node>> operands; ///< one of a complement, two or more of the others
};

} // namespace genfuse
