// Whether arrays share memory.
#pragma once

#include "runtime/Array.h"

namespace genfuse {

/// True if some byte belongs to both arrays. Columns of one matrix that interleave without sharing do not
/// overlap.
bool overlap(const Array &first, const Array &second);

/// True if two elements of the array share memory (a stride of 0, rows that run into each other).
bool overlapsItself(const Array &array);

} // namespace genfuse
