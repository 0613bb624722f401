// Each array for itself: where it lies, its type, rank, sizes and strides.
#pragma once

#include "runtime/embed/support/Checked.h"

namespace genfuse::embed {

inline const char *typeText(int64_t type) {
  switch (type) {
  case GF_F32:
    return "f32";
  case GF_F64:
    return "f64";
  case GF_I64:
    return "i64";
  case GF_BOOLEAN:
    return "boolean";
  default:
    return "an unknown one";
  }
}

/// Finds the bytes of an array with elements; false if 64 bits do not hold their number or the addresses.
inline bool findRange(Checked &c, int64_t array) {
  int64_t low = 0, high = 0, total;
  const int64_t at = c.first(array), bytes = c.bytes(array);
  for (int64_t d = 0; d < c.rank(array); ++d) {
    int64_t reach;
    if (__builtin_mul_overflow(c.dims[at + d] - 1, c.strides[at + d], &reach) ||
        __builtin_mul_overflow(reach, bytes, &reach) ||
        __builtin_add_overflow(reach < 0 ? low : high, reach, reach < 0 ? &low : &high))
      return false;
  }
  if (__builtin_add_overflow(high, bytes, &high) || __builtin_sub_overflow(high, low, &total))
    return false;
  if (!c.pointers[array])
    return true; // only its sizes are asked about, or it is refused later
  Range &range = c.ranges[array];
  const auto base = reinterpret_cast<uintptr_t>(c.pointers[array]), below = 0 - static_cast<uintptr_t>(low);
  range.first = base - below;
  return below <= base && !__builtin_add_overflow(base, static_cast<uintptr_t>(high), &range.last);
}

/// Fills in pointer, sizes and strides of an array.
inline int32_t takeSizes(Checked &c, int64_t array) {
  const gf_array &given = c.arrays[array];
  const int64_t rank = c.rank(array), at = c.first(array);
  c.pointers[array] = given.data;
  c.ranges[array] = {0, 0};
  for (int64_t d = 0; d < rank; ++d) {
    c.dims[at + d] = given.sizes[d];
    if (given.sizes[d] < 0) {
      Message message(c.call);
      message << c.label(array) << ": expected sizes of 0 or more, got shape ";
      putList(message, given.sizes, rank);
      return GF_BAD_SHAPE;
    }
  }
  int64_t step = 1;
  bool tooLarge = false;
  for (int64_t d = rank; d-- > 0;) {
    c.strides[at + d] = given.strides ? given.strides[d] : step;
    tooLarge = __builtin_mul_overflow(step, given.sizes[d] > 1 ? given.sizes[d] : 1, &step) || tooLarge;
  }
  if (c.isEmpty(array) || (!tooLarge && findRange(c, array)))
    return GF_OK;
  Message message(c.call);
  message << c.label(array) << ": expected at most 2^63 - 1 bytes, got shape ";
  putList(message, given.sizes, rank);
  if (given.strides)
    putList(message << " with strides ", given.strides, rank);
  return GF_BAD_SHAPE;
}

inline int32_t checkPlace(const Checked &c, int64_t array) {
  const gf_array &given = c.arrays[array];
  const int64_t type = c.table().array(array).type;
  if (given.device != c.operation.device) {
    Message(c.call) << c.label(array) << ": expected memory of "
                    << (c.onDevice() ? "a CUDA device" : "the host") << ", got "
                    << (given.device == GF_CUDA   ? "an array on a CUDA device"
                        : given.device == GF_HOST ? "an array of the host"
                                                  : "one on an unknown device");
    return GF_BAD_ARGUMENT;
  }
  if (c.onDevice() && given.device_number != c.arrays[0].device_number) {
    Message(c.call) << c.label(array) << ": expected memory of device " << int64_t{c.arrays[0].device_number}
                    << ", which has " << c.label(0) << ", got an array on device "
                    << int64_t{given.device_number};
    return GF_BAD_ARGUMENT;
  }
  if (given.type != GF_TYPE_OF_OPERATION && given.type != type) {
    Message(c.call) << c.label(array) << ": expected type " << typeText(type) << ", got "
                    << typeText(given.type);
    return GF_BAD_ARGUMENT;
  }
  return GF_OK;
}

inline int32_t checkMemory(Checked &c, int64_t array) {
  if (c.isEmpty(array))
    return GF_OK;
  const int64_t rank = c.rank(array), last = c.first(array) + rank - 1, bytes = c.bytes(array);
  if (rank > 0 && c.dims[last] > 1 && c.strides[last] != 1) {
    Message message(c.call);
    message << c.label(array) << ": expected stride 1 in the last dimension, got strides ";
    putList(message, &c.strides[last - rank + 1], rank);
    return GF_BAD_ARGUMENT;
  }
  if (!c.pointers[array]) {
    Message(c.call) << c.label(array) << ": expected a pointer, got null";
    return GF_BAD_ARGUMENT;
  }
  if (reinterpret_cast<uintptr_t>(c.pointers[array]) % static_cast<uintptr_t>(bytes) != 0) {
    Message(c.call) << c.label(array) << ": expected data aligned to " << bytes
                    << " bytes, got an address that is not";
    return GF_BAD_ARGUMENT;
  }
  return GF_OK;
}

/// The last dimension may have any stride where it has one element; kernels rely on 1.
inline void settleStrides(Checked &c, int64_t array) {
  if (c.rank(array) > 0)
    c.strides[c.first(array) + c.rank(array) - 1] = 1;
}

} // namespace genfuse::embed
