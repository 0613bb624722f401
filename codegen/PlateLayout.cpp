#include "codegen/PlateLayout.h"

namespace genfuse {

PlateLayout::PlateLayout(Shape shape, const Array &offsets) : shape_(std::move(shape)) {
  if (offsets.defined())
    rows_.emplace(offsets);
}

int64_t PlateLayout::length(const Shape &outer) const {
  if (!rows_)
    return shape_[outer.size()];
  return outer.empty()       ? rows_->rows()
         : outer.size() == 1 ? rows_->length(outer[0])
                             : shape_[outer.size() - 1];
}

int64_t PlateLayout::longest(size_t depth) const {
  if (!rows_ || depth != 1)
    return length(Shape(depth, 0));
  int64_t longest = 0;
  for (int64_t i = 0; i < rows_->rows(); ++i)
    longest = std::max(longest, rows_->length(i));
  return longest;
}

std::optional<size_t> PlateLayout::firstOutside(const Shape &indices) const {
  for (size_t d = 0; d < indices.size(); ++d)
    if (indices[d] >= length(Shape(indices.begin(), indices.begin() + d)))
      return d;
  return std::nullopt;
}

Shape PlateLayout::at(const Shape &indices) const {
  if (!rows_)
    return indices;
  Shape position = {rows_->start(indices[0]) + indices[1]};
  position.insert(position.end(), indices.begin() + 2, indices.end());
  return position;
}

void PlateLayout::forEach(const std::function<void(const Shape &indices)> &body) const {
  std::function<void(Shape &)> visit = [&](Shape &indices) {
    if (indices.size() == depth())
      return body(indices);
    const int64_t count = length(indices);
    for (int64_t i = 0; i < count; ++i) {
      indices.push_back(i);
      visit(indices);
      indices.pop_back();
    }
  };
  Shape none;
  visit(none);
}

} // namespace genfuse
