// Look-up of distribution records by name, and the MLIR types that their kinds allow.
#pragma once

#include "ir/dist/Record.h"
#include "mlir/IR/Types.h"
#include "mlir/IR/ValueRange.h"
#include "mlir/Support/LLVM.h"
#include <functional>
#include <string>

namespace genfuse::dist {

/// The record of that name, or null.
const Record *find(llvm::StringRef name);

/// All names, comma separated, for errors.
std::string allNames();

/// Whether a type is of that kind (reals may be f32 or f64).
bool hasKind(mlir::Type type, Kind kind);

/// "real", "integer", "boolean", "vector of reals" or "matrix of reals".
llvm::StringRef kindName(Kind kind);

/// Checks parameters against a record; `value` may be null. `emitError` starts a diagnostic at the user's op.
mlir::LogicalResult verifyUse(llvm::StringRef name, mlir::Type value, mlir::TypeRange parameters,
                              llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

} // namespace genfuse::dist
