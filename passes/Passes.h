// The passes of genfuse, generated from Passes.td.
#pragma once

#include "ir/Gen.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

namespace genfuse {

#define GEN_PASS_DECL
#include "genfuse/passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "genfuse/passes/Passes.h.inc"

} // namespace genfuse
