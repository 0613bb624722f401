// Sizes that are the length of a row of ragged data: they differ from row to row, and a call knows only that
// a row is not longer than all rows together.
#pragma once

#include "ir/Gen.h"

namespace genfuse {

/// The row that an index value is the length of; null if it is none.
gen::RowOp rowOfSize(mlir::Value index);

/// The row that is as long as a dimension of a tensor; null if there is none.
gen::RowOp rowOfDimension(mlir::Value tensor, unsigned dimension);

} // namespace genfuse
