// Offsets of ragged data: row i is the elements offsets[i] .. offsets[i + 1] - 1 of arrays in which the rows
// lie one after the other.
#pragma once

#include "runtime/Array.h"
#include <string>
#include <vector>

namespace genfuse {

/// Where element `index` of row `row` lies, and the reverse. `offsets` is i64 [rows + 1].
class Offsets {
public:
  explicit Offsets(const Array &offsets);

  int64_t rows() const { return static_cast<int64_t>(ends_.size()) - 1; }
  int64_t total() const { return ends_.back(); }
  int64_t start(int64_t row) const { return ends_[row]; }
  int64_t length(int64_t row) const { return ends_[row + 1] - ends_[row]; }
  /// The row that holds an element.
  int64_t rowOf(int64_t position) const;

  friend bool operator==(const Offsets &, const Offsets &) = default;

private:
  std::vector<int64_t> ends_;
};

/// Row `row` of the values `[total, ...]`, without a copy.
Array rowOf(const Array &values, const Offsets &offsets, int64_t row);

/// Errors, which begin with `what`: offsets that do not begin with 0, decrease (with the index and both
/// values), or do not end with `total`.
void checkOffsets(const Array &offsets, int64_t total, const std::string &what);

/// The length of the longest row.
int64_t longestRow(const Array &offsets);

} // namespace genfuse
