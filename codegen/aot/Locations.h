// Source locations without folders: what is compiled elsewhere is the same.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace genfuse::aot {

/// `folder/model.cpp:7:12` becomes `model.cpp:7:12`, in all locations of the module.
void dropFolders(mlir::ModuleOp module);

} // namespace genfuse::aot
