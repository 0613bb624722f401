// Ragged plates: their rows have different lengths and lie one after the other in flat leaves.
#pragma once

#include "ir/Gen.h"

namespace genfuse {

/// The row that a plate runs over; null if it is not ragged.
gen::RowOp rowOf(gen::MapOp plate);

/// How deep the ragged plate is, if one of these, outermost first, is.
std::optional<size_t> raggedDepth(llvm::ArrayRef<gen::MapOp> plates);

/// The row of which an index, `start + index of its plate`, is an element; null if it is none.
gen::RowOp rowOfElement(mlir::Value index);

/// Checks what ragged plates of a model with inlined calls have to be: row_c2 to row_c4, map_c4.
mlir::LogicalResult verifyRows(gen::FuncOp model);

} // namespace genfuse
