// Ragged data: rows of different lengths that lie one after the other in flat arrays.
#pragma once

#include "frontend/Types.h"

namespace genfuse {

namespace detail {
/// The number of elements of a row.
GENFUSE_API Node rowLength(const Node &row, SourceLocation where);
} // namespace detail

/// One row of ragged data: where it starts and how long it is. It comes from a plate over gf::ragged;
/// gf::elements, gf::rows and gf::range of it are what plates directly in that plate's body run over.
class Row : public detail::Node {
public:
  template <std::same_as<Node> N> explicit Row(const N &node) : Node(node) {}
  /// The number of its elements, which may be 0.
  Size size(SourceLocation where = SourceLocation::current()) const {
    return Size(detail::rowLength(*this, where));
  }
};

} // namespace genfuse
