// The `gen` dialect in C++: include this one header to use it.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "genfuse/ir/GenDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "genfuse/ir/GenAttrs.h.inc"

namespace genfuse::gen {
class YieldOp;
} // namespace genfuse::gen

#define GET_OP_CLASSES
#include "genfuse/ir/GenOps.h.inc"
