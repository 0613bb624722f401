// Parts of leaves, which are arrays `[element...][instance]`.
#pragma once

#include "runtime/Array.h"

namespace genfuse {

/// The elements `from` to `to` (exclusive) of one axis, without a copy.
Array subrange(const Array &array, int64_t axis, int64_t from, int64_t to);

/// One element of a leaf, by its plate indices; without a copy.
Array elementOf(Array leaf, const Shape &indices);

/// The array seen as one with a last dimension of instances, all equal; without a copy.
Array repeatedFor(const Array &array, int64_t instances);

/// A new array that holds `array` once for each instance.
Array expandedTo(const Array &array, int64_t instances);

/// Writes `source` to `target`, which has the same shape, or one dimension of instances more. With a mask
/// (boolean, [instance]) only where it is true.
void assignWhere(const Array &target, const Array &source, const Array &mask);

} // namespace genfuse
