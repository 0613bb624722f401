#include "runtime/Offsets.h"
#include "runtime/Error.h"
#include <algorithm>

namespace genfuse {

Offsets::Offsets(const Array &offsets) {
  const int64_t *values = offsets.values<int64_t>();
  const int64_t stride = offsets.strides()[0];
  for (int64_t i = 0; i < offsets.elementCount(); ++i)
    ends_.push_back(values[i * stride]);
}

int64_t Offsets::rowOf(int64_t position) const {
  return std::upper_bound(ends_.begin(), ends_.end(), position) - ends_.begin() - 1;
}

Array rowOf(const Array &values, const Offsets &offsets, int64_t row) {
  Shape shape = values.shape();
  shape[0] = offsets.length(row);
  const int64_t skipped = offsets.start(row) * values.strides()[0] * byteSize(values.type());
  // The view keeps the values alive.
  return Array::view(static_cast<char *>(values.data()) + skipped, values.type(), shape, values.strides(),
                     std::make_shared<Array>(values));
}

void checkOffsets(const Array &offsets, int64_t total, const std::string &what) {
  const auto at = [&](int64_t i) { return offsets.values<int64_t>()[i * offsets.strides()[0]]; };
  const int64_t count = offsets.elementCount();
  if (count == 0)
    throw Error(what + ": expected one offset for each row and one for the end, got none");
  if (at(0) != 0)
    throw Error(what + ": expected offsets that begin with 0, got " + std::to_string(at(0)));
  for (int64_t i = 1; i < count; ++i)
    if (at(i) < at(i - 1))
      throw Error(what + ": expected offsets that never decrease, got " + std::to_string(at(i)) + " after " +
                  std::to_string(at(i - 1)) + " at index " + std::to_string(i));
  if (at(count - 1) != total)
    throw Error(what + ": expected offsets that end with the number of elements, " + std::to_string(total) +
                ", got " + std::to_string(at(count - 1)));
}

int64_t longestRow(const Array &offsets) {
  const Offsets all(offsets);
  int64_t longest = 0;
  for (int64_t i = 0; i < all.rows(); ++i)
    longest = std::max(longest, all.length(i));
  return longest;
}

} // namespace genfuse
