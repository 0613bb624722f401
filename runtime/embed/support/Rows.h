// Arrays whose values decide what memory a kernel reads: offsets of ragged data, lists of elements.
#pragma once

#include "runtime/embed/support/Shapes.h"

namespace genfuse::embed {

inline int64_t valueAt(const Checked &c, int64_t array, int64_t offset) {
  return static_cast<const int64_t *>(c.pointers[array])[offset];
}

inline int32_t checkOffsetCount(const Checked &c, int64_t array) {
  if (c.dims[c.first(array)] > 0)
    return GF_OK;
  Message(c.call) << c.label(array) << ": expected one offset for each row and one for the end, got none";
  return GF_BAD_SHAPE;
}

/// What can be said of offsets on a device, whose memory the host does not read.
inline int32_t checkOffsetCounts(const Checked &c) {
  for (int64_t i = 0; i < c.table().rows; ++i) {
    const RowsRow &row = c.table().at<RowsRow>(c.table().firstRows)[i];
    if (c.rank(row.array) != 1 || row.longest)
      continue;
    if (int32_t status = checkOffsetCount(c, row.array))
      return status;
  }
  return GF_OK;
}

/// Offsets begin with 0, never decrease and end with the number of elements.
inline int32_t checkOffsets(const Checked &c, int64_t array, int64_t total) {
  const int64_t count = c.dims[c.first(array)];
  const char *label = c.label(array);
  if (int32_t status = checkOffsetCount(c, array))
    return status;
  if (int64_t first = valueAt(c, array, 0)) {
    Message(c.call) << label << ": expected offsets that begin with 0, got " << first;
    return GF_BAD_SHAPE;
  }
  for (int64_t i = 1; i < count; ++i) {
    const int64_t before = valueAt(c, array, i - 1), here = valueAt(c, array, i);
    if (here >= before)
      continue;
    Message(c.call) << label << ": expected offsets that never decrease, got " << here << " after " << before
                    << " at index " << i;
    return GF_BAD_SHAPE;
  }
  const int64_t last = valueAt(c, array, count - 1);
  if (last == total)
    return GF_OK;
  Message(c.call) << label << ": expected offsets that end with the number of elements, " << total << ", got "
                  << last;
  return GF_BAD_SHAPE;
}

inline int32_t checkRows(const Checked &c) {
  for (int64_t i = 0; i < c.table().rows; ++i) {
    const RowsRow &row = c.table().at<RowsRow>(c.table().firstRows)[i];
    int64_t size;
    if (c.rank(row.array) != 1 || !evaluate(c, c.table().dimension(row.size), size))
      continue;
    if (!row.longest) {
      if (int32_t status = checkOffsets(c, row.array, size))
        return status;
      continue;
    }
    int64_t longest = 0;
    for (int64_t k = 1; k < c.dims[c.first(row.array)]; ++k) {
      const int64_t length = valueAt(c, row.array, k) - valueAt(c, row.array, k - 1);
      longest = length > longest ? length : longest;
    }
    if (longest <= size)
      continue;
    Message(c.call) << c.text(row.text) << ", got " << size << " and a row of " << longest << " by "
                    << c.label(row.array);
    return GF_BAD_SHAPE;
  }
  return GF_OK;
}

/// Elements of a list increase up to the plate's length, which fills the rest.
inline int32_t checkList(const Checked &c, int64_t array, const int64_t *list, int64_t count, int64_t stride,
                         int64_t length) {
  for (int64_t i = 0; i < count; ++i) {
    const int64_t here = list[i * stride], before = i > 0 ? list[(i - 1) * stride] : -1;
    if (here >= 0 && (here > before || (here == before && here >= length)))
      continue;
    Message message(c.call);
    message << c.label(array) << ": expected elements of 0 or more that increase, got " << here;
    if (i > 0)
      message << " after " << before;
    return GF_BAD_ARGUMENT;
  }
  return GF_OK;
}

inline int32_t checkLists(const Checked &c, int64_t array) {
  const ArrayRow &row = c.table().array(array);
  const int64_t axis = row.rank - 1;
  if (!row.list || axis < 0 || c.isEmpty(array))
    return GF_OK;
  const int64_t *dims = c.dims + c.first(array), *strides = c.strides + c.first(array);
  int64_t length = 0; // unknown: no repetition is refused
  if (row.listLength < 0 || !evaluate(c, c.table().dimension(row.listLength), length))
    length = 0;
  int64_t lists = 1;
  for (int64_t d = 0; d < c.rank(array); ++d)
    lists *= d == axis ? 1 : dims[d];
  for (int64_t i = 0; i < lists; ++i) {
    int64_t offset = 0, rest = i;
    for (int64_t d = c.rank(array); d-- > 0;) {
      if (d == axis)
        continue;
      offset += rest % dims[d] * strides[d];
      rest /= dims[d];
    }
    const int64_t *list = static_cast<const int64_t *>(c.pointers[array]) + offset;
    if (int32_t status = checkList(c, array, list, dims[axis], strides[axis], length))
      return status;
  }
  return GF_OK;
}

} // namespace genfuse::embed
