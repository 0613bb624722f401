// Where the user wrote something, for texts that are made before they are needed.
#pragma once

#include "mlir/IR/Location.h"
#include <string>

namespace genfuse {

/// `file:line:column` of the innermost place with a file, or `the model`.
std::string placeOf(mlir::Location loc);

} // namespace genfuse
