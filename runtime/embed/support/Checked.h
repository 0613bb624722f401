// One call of an operation while it is checked: what the caller gave, and what the kernel will get.
#pragma once

#include "runtime/embed/support/Message.h"
#include "runtime/embed/support/Table.h"

namespace genfuse::embed {

struct Symbol {
  int64_t value, source; ///< the array that determined it; -1: not known
};

/// The bytes that an array may touch; none for an array without elements.
struct Range {
  uintptr_t first, last;
  bool meets(const Range &other) const { return first < other.last && other.first < last; }
};

/// All memory is of the caller's stack. The lists have an entry per array, per dimension of all arrays, and
/// per symbol.
struct Checked {
  const OperationInfo &operation;
  const gf_array *arrays;
  const gf_call &call;
  void **pointers;
  int64_t *dims, *strides;
  Symbol *symbols;
  Range *ranges;

  const OperationTable &table() const { return *operation.table; }
  const char *text(int64_t offset) const { return operation.texts + offset; }
  bool onDevice() const { return operation.device == GF_CUDA; }
  const char *label(int64_t array) const { return text(table().array(array).label); }
  int64_t rank(int64_t array) const { return table().array(array).rank + table().array(array).batched; }
  /// Where the dimensions of an array begin in dims and strides.
  int64_t first(int64_t array) const { return table().array(array).firstSize; }
  int64_t bytes(int64_t array) const {
    const int64_t type = table().array(array).type;
    return type == GF_BOOLEAN ? 1 : type == GF_F32 ? 4 : 8;
  }
  bool isEmpty(int64_t array) const {
    for (int64_t d = 0, at = first(array); d < rank(array); ++d)
      if (dims[at + d] == 0)
        return true;
    return false;
  }
};

/// `[3, 4]`
inline void putList(Message &message, const int64_t *values, int64_t count) {
  message << "[";
  for (int64_t i = 0; i < count; ++i)
    message << (i ? ", " : "") << values[i];
  message << "]";
}

} // namespace genfuse::embed
