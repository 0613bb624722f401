// A product of matrices that the GEMM library computes.
#pragma once

#include "passes/lower/Lowerer.h"

namespace genfuse::lower {

/// A block of the result: rows `fromRow` to `toRow` of columns `fromColumn` to `toColumn`.
struct ResultBlock {
  Value fromRow, toRow, fromColumn, toColumn;
};

/// c[x, y] = sum over s of a[x, s] b[s, y]. Each is memory whose last stride is 1.
struct Lowerer::Product {
  View a, b, c;
  bool transposedA, transposedB; ///< a lies as [s, x], b as [y, s]
  Index rows, columns, summed;   ///< how many x, y and s
  View total;                    ///< [x, y] in f64, where tiles of the sum are added up
  mlir::Type element;

  /// Parts have columns of the result, not rows, where it is known to have more of them.
  bool cutsColumns() const {
    std::optional<int64_t> m = getConstantIntValue(rows), n = getConstantIntValue(columns);
    return m && (!n || *n > *m);
  }
  /// Whether the sum may be longer than a tile; those of f64 are formed at once.
  bool mayHaveTiles() const {
    std::optional<int64_t> known = getConstantIntValue(summed);
    return element.isF32() && !(known && *known <= tileLength);
  }
};

} // namespace genfuse::lower
