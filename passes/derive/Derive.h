// Derivation: one function per operation of the interface and per request (design 3.2).
#pragma once

#include "ir/Gen.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Request.h"

namespace genfuse {

/// Adds to the module of `model` the function that computes `request` for one instance, named
/// `<model>_<operation>`. Its arguments are the model's arguments and parameters, the given choices, and what
/// draws need; its results the drawn choices, weight, score, return value or gradients. Fails with a
/// diagnostic that names the address.
mlir::FailureOr<mlir::func::FuncOp> derive(gen::FuncOp model, const Request &request);

} // namespace genfuse
