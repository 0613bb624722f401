// The elements of a leaf, and where its array holds them.
#pragma once

#include "runtime/Offsets.h"
#include <functional>
#include <optional>

namespace genfuse {

/// A leaf's array is `[plate lengths..., element...]`. The rows of a ragged plate lie one after the other, so
/// its leaves have one dimension for two plates: `[total, lengths of plates within..., element...]`.
class PlateLayout {
public:
  PlateLayout() = default;
  /// `shape`: the dimensions of plates. `offsets`: i64 [rows + 1] of a ragged plate, else undefined.
  PlateLayout(Shape shape, const Array &offsets);

  const Shape &shape() const { return shape_; }
  bool isRagged() const { return rows_.has_value(); }
  const Offsets &rows() const { return *rows_; }
  /// How many indices an element has.
  size_t depth() const { return shape_.size() + isRagged(); }

  /// The length of the plate that is within the elements `outer` of those around it.
  int64_t length(const Shape &outer) const;
  /// The largest of these for a plate at a depth.
  int64_t longest(size_t depth) const;
  /// The first of the indices that is past the end of its plate; none if the element exists.
  std::optional<size_t> firstOutside(const Shape &indices) const;
  bool contains(const Shape &indices) const { return !firstOutside(indices); }
  /// Where arrays hold the element.
  Shape at(const Shape &indices) const;
  /// Every element, in the order of the array.
  void forEach(const std::function<void(const Shape &indices)> &body) const;

  friend bool operator==(const PlateLayout &left, const PlateLayout &right) {
    return left.shape_ == right.shape_ && left.rows_ == right.rows_;
  }

private:
  Shape shape_;
  std::optional<Offsets> rows_;
};

} // namespace genfuse
