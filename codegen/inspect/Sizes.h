// Sizes of values in a derived function, as polynomials in the symbols of its signature.
#pragma once

#include "codegen/inspect/Polynomial.h"
#include "ir/Gen.h"
#include "runtime/Signature.h"

namespace genfuse::inspect {

class Sizes {
public:
  Sizes(mlir::func::FuncOp function, const Signature &signature) : function(function), signature(signature) {}

  /// An index value; one that is not affine in sizes gets a symbol of its own, `?1`.
  Polynomial of(mlir::Value index);
  /// A dimension of a tensor.
  Polynomial ofDimension(mlir::Value tensor, unsigned dimension);
  /// Number of elements; 1 for a scalar.
  Polynomial elements(mlir::Value value);

private:
  Polynomial ofArgument(unsigned argument, unsigned dimension);
  Polynomial unknown(const void *key);

  mlir::func::FuncOp function;
  const Signature &signature;
  std::map<const void *, unsigned> unknowns;
};

/// The name of an array of the function, `y/*`.
std::string arrayName(mlir::func::FuncOp function, unsigned argument);

} // namespace genfuse::inspect
