// Whether arrays share memory, exactly for every array whose strides nest (each dimension steps over all that
// smaller strides reach); other inputs count as the whole range that they reach. Nothing is allocated.
#pragma once

#include "runtime/embed/support/Form.h"

namespace genfuse::embed {

inline constexpr int maxNest = 16; ///< dimensions of an array that is compared exactly

/// An array as bytes: dimensions of at least two elements, the largest step first.
struct Nest {
  uintptr_t base = 0; ///< the lowest address
  int64_t element = 0;
  int dims = 0;
  int64_t step[maxNest], size[maxNest],
      reach[maxNest]; ///< reach: bytes from the first to the end of one block
  bool nested = true;
  uintptr_t end() const {
    return base + static_cast<uintptr_t>(dims ? (size[0] - 1) * step[0] + reach[0] : element);
  }
};

inline Nest nestOf(const Checked &c, int64_t array) {
  Nest nest;
  const int64_t at = c.first(array), rank = c.rank(array), bytes = c.bytes(array);
  nest.base = c.ranges[array].first;
  nest.element = bytes;
  for (int64_t d = 0; d < rank && nest.nested; ++d) {
    if (c.dims[at + d] < 2)
      continue;
    const int64_t stride = c.strides[at + d], step = (stride < 0 ? -stride : stride) * bytes;
    nest.nested = nest.dims < maxNest;
    if (!nest.nested)
      break;
    int i = nest.dims++;
    for (; i > 0 && nest.step[i - 1] < step; --i) {
      nest.step[i] = nest.step[i - 1];
      nest.size[i] = nest.size[i - 1];
    }
    nest.step[i] = step;
    nest.size[i] = c.dims[at + d];
  }
  for (int i = nest.dims; nest.nested && i-- > 0;) {
    nest.reach[i] = i + 1 < nest.dims ? (nest.size[i + 1] - 1) * nest.step[i + 1] + nest.reach[i + 1] : bytes;
    nest.nested = nest.step[i] >= nest.reach[i];
  }
  if (!nest.nested) { // one block of bytes
    nest.dims = 0;
    nest.element = static_cast<int64_t>(c.ranges[array].last - nest.base);
  }
  return nest;
}

/// Whether the bytes [from, to), counted from the start of block `level` of a nest, meet one of its elements.
inline bool meets(const Nest &nest, int level, int64_t from, int64_t to) {
  for (;; ++level) {
    if (level == nest.dims)
      return from < nest.element && to > 0;
    const int64_t step = nest.step[level], reach = nest.reach[level], last = nest.size[level] - 1;
    if (to <= 0 || from >= last * step + reach)
      return false;
    // Blocks i with i * step < to and i * step + reach > from.
    int64_t i = from < reach ? 0 : (from - reach) / step + 1;
    int64_t k = (to - 1) / step;
    k = k > last ? last : k;
    if (i > k)
      return false;
    // The first byte of each block is an element: only the first one may be met beyond it.
    if (i < k || i * step >= from)
      return true;
    from -= i * step;
    to -= i * step;
  }
}

/// Whether a nest meets the bytes [first, last).
inline bool meetsRange(const Nest &nest, uintptr_t first, uintptr_t last) {
  if (last <= nest.base || nest.end() <= first)
    return false;
  const uintptr_t low = first > nest.base ? first : nest.base, high = last < nest.end() ? last : nest.end();
  return meets(nest, 0, static_cast<int64_t>(low - nest.base), static_cast<int64_t>(high - nest.base));
}

/// Whether two nests share a byte: each run of consecutive elements of the first is looked up in the second.
inline bool overlap(const Nest &first, const Nest &second) {
  if (second.end() <= first.base || first.end() <= second.base)
    return false;
  int outer = first.dims;
  int64_t run = first.element;
  for (; outer > 0 && first.step[outer - 1] == run; --outer)
    run *= first.size[outer - 1];
  int64_t index[maxNest] = {};
  for (uintptr_t at = first.base;;) {
    if (meetsRange(second, at, at + static_cast<uintptr_t>(run)))
      return true;
    int d = outer;
    for (; d > 0 && ++index[d - 1] == first.size[d - 1]; --d) {
      at -= static_cast<uintptr_t>((first.size[d - 1] - 1) * first.step[d - 1]);
      index[d - 1] = 0;
    }
    if (d == 0)
      return false;
    at += static_cast<uintptr_t>(first.step[d - 1]);
  }
}

/// Whether the elements lie side by side in the order of the indices.
inline bool isDense(const Checked &c, int64_t array) {
  int64_t step = 1;
  for (int64_t d = c.rank(array); d-- > 0;) {
    const int64_t size = c.dims[c.first(array) + d];
    if (size > 1 && c.strides[c.first(array) + d] != step)
      return false;
    step *= size;
  }
  return true;
}

inline int32_t checkOverlap(const Checked &c, int64_t output) {
  if (c.isEmpty(output))
    return GF_OK;
  if (!isDense(c, output) && !nestOf(c, output).nested) {
    Message message(c.call);
    message << c.label(output) << ": expected elements that share no memory, got strides ";
    putList(message, c.strides + c.first(output), c.rank(output));
    return GF_BAD_ARGUMENT;
  }
  for (int64_t i = 0; i < c.table().arrays; ++i)
    if (i != output && c.ranges[i].meets(c.ranges[output]) && overlap(nestOf(c, output), nestOf(c, i))) {
      Message(c.call) << c.label(output) << ": expected memory of its own, got an overlap with "
                      << c.label(i);
      return GF_BAD_ARGUMENT;
    }
  return GF_OK;
}

/// Kernels write all of the workspace.
inline int32_t checkWorkspaceOverlap(const Checked &c, int64_t bytes) {
  const auto first = reinterpret_cast<uintptr_t>(c.call.workspace);
  const Range workspace = {first, first + static_cast<uintptr_t>(bytes)};
  for (int64_t i = 0; i < c.table().arrays; ++i)
    if (c.ranges[i].meets(workspace) && meetsRange(nestOf(c, i), workspace.first, workspace.last)) {
      Message(c.call) << "workspace: expected memory of its own, got an overlap with " << c.label(i);
      return GF_BAD_ARGUMENT;
    }
  return GF_OK;
}

} // namespace genfuse::embed
