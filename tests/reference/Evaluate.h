// The deterministic ops that models are made of, one at a time.
#pragma once

#include "ir/Gen.h"
#include "tests/reference/Tensor.h"

namespace genfuse::reference {

/// The result of an op of arith, math, tensor or the structured layer of gen, for given operands. Throws
/// Error for an op that is none of them.
Tensor evaluate(mlir::Operation *op, const std::vector<Tensor> &operands);

/// sum over the letters that are not after the arrow, of the product of the operands.
Tensor einsum(std::string_view specification, const std::vector<Tensor> &operands);

} // namespace genfuse::reference
