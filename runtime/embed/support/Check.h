// Everything that a kernel trusts about its call, checked before anything is written.
#pragma once

#include "runtime/embed/support/Overlaps.h"
#include "runtime/embed/support/Rows.h"

namespace genfuse::embed {

inline int32_t checkVersion(const Checked &c) {
  if (c.call.abi_version == GF_ABI_VERSION)
    return GF_OK;
  Message(c.call) << c.text(c.table().name) << ": expected abi version " << int64_t{GF_ABI_VERSION}
                  << ", got " << int64_t{c.call.abi_version};
  return GF_ABI_MISMATCH;
}

inline int32_t checkInstances(const Checked &c) {
  const char *name = c.text(c.table().name);
  if (c.call.flags != 0) {
    Message(c.call) << name << ": expected no flags, got " << int64_t{c.call.flags};
    return GF_BAD_ARGUMENT;
  }
  if (c.onDevice() && c.call.executor) {
    Message(c.call) << name << ": expected no executor for a call on a CUDA device, got one";
    return GF_BAD_ARGUMENT;
  }
  if (!c.onDevice() && c.call.stream) {
    Message(c.call) << name << ": expected no stream for a call on the CPU, got one";
    return GF_BAD_ARGUMENT;
  }
  if (c.call.executor && !c.call.executor->run) {
    Message(c.call) << name << ": expected an executor with a function, got null";
    return GF_BAD_ARGUMENT;
  }
  if (c.table().single ? c.call.instances != 1 : c.call.instances < 0) {
    Message(c.call) << name << ": expected " << (c.table().single ? "one instance" : "0 or more instances")
                    << ", got " << c.call.instances;
    return GF_BAD_ARGUMENT;
  }
  if (c.call.begin < 0 || c.call.begin > c.call.end || c.call.end > c.call.instances) {
    Message(c.call) << name << ": expected instances in a range within 0 to " << c.call.instances << ", got "
                    << c.call.begin << " to " << c.call.end;
    return GF_BAD_ARGUMENT;
  }
  return GF_OK;
}

/// Applies a check to each array until one fails.
template <class Check> int32_t forEachArray(Checked &c, Check check) {
  for (int64_t i = 0; i < c.table().arrays; ++i)
    if (int32_t status = check(c, i))
      return status;
  return GF_OK;
}

/// What decides how much workspace is needed: the call, and the sizes of all arrays. Not what they hold.
inline int32_t checkShapes(Checked &c) {
  for (int64_t i = 0; i < c.table().symbols; ++i)
    c.symbols[i] = {0, -1};
  if (int32_t status = checkInstances(c))
    return status;
  if (int32_t status = forEachArray(c, checkPlace))
    return status;
  if (int32_t status = forEachArray(c, checkRank))
    return status;
  if (int32_t status = forEachArray(c, takeSizes))
    return status;
  if (int32_t status = solveSymbols(c))
    return status;
  if (int32_t status = forEachArray(c, checkShape))
    return status;
  return checkSizes(c);
}

inline int32_t checkArrays(Checked &c) {
  if (int32_t status = forEachArray(c, checkMemory))
    return status;
  if (int32_t status = c.onDevice() ? checkOffsetCounts(c) : checkRows(c))
    return status;
  for (int64_t i = 0; i < c.table().arrays; ++i) {
    if (int32_t status = c.onDevice() ? GF_OK : checkLists(c, i))
      return status;
    if (!c.table().array(i).output)
      continue;
    if (int32_t status = checkOverlap(c, i))
      return status;
  }
  for (int64_t i = 0; i < c.table().arrays; ++i)
    settleStrides(c, i);
  return GF_OK;
}

inline int32_t checkWorkspace(const Checked &c, int64_t need) {
  const char *name = c.text(c.table().name);
  if (need < 0) {
    Message(c.call) << name << ": expected sizes whose workspace 64 bits can count, got larger ones";
    return GF_BAD_SHAPE;
  }
  if (c.call.workspace_bytes < need) {
    Message(c.call) << name << ": expected a workspace of " << need << " or more bytes, got "
                    << c.call.workspace_bytes;
    return GF_SMALL_WORKSPACE;
  }
  if (need > 0 && !c.call.workspace) {
    Message(c.call) << name << ": expected a workspace of " << need << " or more bytes, got null";
    return GF_BAD_ARGUMENT;
  }
  if (need > 0 && reinterpret_cast<uintptr_t>(c.call.workspace) % 64 != 0) {
    Message(c.call) << name << ": expected a workspace that is aligned to 64 bytes, got one that is not";
    return GF_BAD_ARGUMENT;
  }
  return checkWorkspaceOverlap(c, need);
}

} // namespace genfuse::embed
